"""A server that runs out of connections logs one warning, and serves again when a client leaves."""

import asyncio
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import new_story
from tests.support.load_clients import Connection, connect_many, start_server
from tests.support.server_process import Server, configured
from tests.support.waiting import PATIENCE

FILES = 64  # the number that the server may open
TOO_MANY = 100


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with start_server(tmp_path, *configured(tmp_path, keep_alive_timeout=1)) as server:
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (FILES, FILES))
        yield server


async def test_a_client_without_a_connection_waits_until_another_leaves(server: Server) -> None:
    async with Api(server.url) as api:
        story = await new_story(api)
        async with connect_many(server.url, TOO_MANY) as connections:
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(
                    *(get_and_hang_up(connection, story.bob.path) for connection in connections)
                )
        assert (await story.alice.say("Still here"))["id"] == 1
    assert "no connections left" in server.log()
    assert "Traceback" not in server.log()
    assert len(server.log()) < 2_000


async def get_and_hang_up(connection: Connection, path: str) -> None:
    assert (await connection.get(path, "nobody")).status == 403
    connection.hang_up()

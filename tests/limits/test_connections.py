"""One address cannot take all connections; others find theirs."""

import contextlib
import socket
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.api_client import Api
from tests.support.api_fixtures import new_story
from tests.support.raw_socket import statuses
from tests.support.server_process import Server
from watchparty.server.connections import PER_ADDRESS

PATIENCE = 30  # seconds
CROWD, NEIGHBOUR = "127.0.0.2", "127.0.0.3"  # any address of 127/8 is this machine
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: party\r\n\r\n"


def connect(server: Server, source: str) -> socket.socket:
    port = urlsplit(server.url).port or 0
    return socket.create_connection(("127.0.0.1", port), PATIENCE, (source, 0))


def status(connection: socket.socket) -> list[int]:
    """Return the status of the health check, or nothing when the server closes."""
    with contextlib.suppress(ConnectionError):
        connection.sendall(REQUEST)
        answer = b""
        while not answer.endswith(b"}") and (data := connection.recv(2**16)):
            answer += data
        return statuses(answer)
    return []


async def test_an_address_has_only_so_many_connections(tmp_path: Path) -> None:
    with Server(tmp_path, limits="on") as server, contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(connect(server, CROWD)) for _ in range(PER_ADDRESS)]
        assert status(crowd[0]) == status(crowd[-1]) == [200]
        with connect(server, CROWD) as one_too_many:
            assert status(one_too_many) == []
        with connect(server, NEIGHBOUR) as neighbour:
            assert status(neighbour) == [200]
        async with Api(server.url) as api:
            story = await new_story(api)
            assert (await story.bob.read())["messages"] == []
            assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_a_closed_connection_makes_room(tmp_path: Path) -> None:
    with Server(tmp_path, limits="on") as server, contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(connect(server, CROWD)) for _ in range(PER_ADDRESS)]
        assert status(crowd[-1]) == [200]
        leaving = crowd.pop()
        leaving.shutdown(socket.SHUT_WR)
        assert leaving.recv(1) == b""  # the server has closed, too
        with connect(server, CROWD) as next_one:
            assert status(next_one) == [200]


async def test_behind_a_proxy_connections_are_the_proxys(tmp_path: Path) -> None:
    with (
        Server(tmp_path, limits="on", trusted_proxies="1") as server,
        contextlib.ExitStack() as stack,
    ):
        crowd = [stack.enter_context(connect(server, CROWD)) for _ in range(PER_ADDRESS + 1)]
        assert status(crowd[-1]) == [200]

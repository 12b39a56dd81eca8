"""Clients that send slowly, never finish a request or do not read are disconnected in time."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.raw_socket import start_impatient_server, statuses
from tests.support.server_process import Server
from tests.support.waiting import until
from watchparty import assets
from watchparty.app import create_app
from watchparty.server.sockets import USER_TIMEOUT, listen
from watchparty.settings import Settings
from watchparty.web.request.body import BODY_TIMEOUT
from watchparty.web.request.poll_query import HOLD_MAX

SHORT = 1  # seconds until this server drops an idle connection, instead of 20
PATIENCE = 30  # seconds until a test fails if the client is still connected
PACE = 0.1  # seconds between two bytes of a slow client

HTTP2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
BODY = b"POST /auth HTTP/1.1\r\nHost: a\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with start_impatient_server(tmp_path_factory.mktemp("slow"), SHORT) as server:
        yield server


@pytest.fixture
async def story(server: Server) -> AsyncIterator[Story]:
    async with Api(server.url) as api:
        yield await new_story(api)


async def drip(server: Server, begin: bytes, then: bytes) -> tuple[bytes, float]:
    """Send slowly until disconnected; return the answer and the seconds that it took."""
    reader, writer = await asyncio.open_connection(*server.url.removeprefix("http://").split(":"))
    began = time.monotonic()
    writer.write(begin)
    answer = asyncio.create_task(reader.read())
    async with asyncio.timeout(PATIENCE):
        while not answer.done():
            writer.write(then)
            await asyncio.wait([answer], timeout=PACE)
    writer.close()
    return answer.result(), time.monotonic() - began


@pytest.mark.parametrize("bit", [b"x", b"X: y\r\n"], ids=["bytes", "headers"])
@pytest.mark.parametrize("before", [b"", b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"])
async def test_a_client_that_sends_headers_slowly_is_disconnected_like_an_idle_one(
    server: Server, story: Story, bit: bytes, before: bytes
) -> None:
    begin = before + b"GET / HTTP/1.1\r\nHost: a\r\nX: "
    [(answer, took), *_] = await asyncio.gather(drip(server, begin, bit), is_served(story))
    assert statuses(answer) == ([200] if before else [])
    assert took < PATIENCE / 2


async def test_a_body_that_takes_longer_than_ten_seconds_is_refused(
    server: Server, story: Story
) -> None:
    slow = [
        drip(server, BODY + b"Content-Length: 60000\r\n\r\n", b"x"),
        drip(server, BODY + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        drip(server, BODY + b"Expect: 100-continue\r\nContent-Length: 60000\r\n\r\n", b"x"),
    ]
    served = asyncio.create_task(is_served(story))
    for answer, took in await asyncio.gather(*slow):
        assert statuses(answer) == [408]
        assert b"request_timeout" in answer
        assert BODY_TIMEOUT <= took < PATIENCE
    await served


@pytest.mark.parametrize("begin", [b"", b"GET / HTTP/1.1", HTTP2[:10]])
async def test_a_silent_client_is_disconnected(server: Server, story: Story, begin: bytes) -> None:
    [(_, took), *_] = await asyncio.gather(drip(server, begin, b""), is_served(story))
    assert took < PATIENCE / 2


def test_a_client_with_a_held_poll_is_not_disconnected() -> None:
    assert USER_TIMEOUT >= 1000 * HOLD_MAX


async def is_served(story: Story) -> None:
    """Check that members are served and outsiders refused, as usual."""
    said = await story.alice.say("Is it slow today?")
    assert (await story.bob.read())["last_id"] == said["id"]
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


@contextlib.asynccontextmanager
async def served_impatiently(folder: Path) -> AsyncIterator[tuple[str, int]]:
    """Serve in this event loop, and soon disconnect clients that do not read."""
    config = Config.from_toml(assets.find("hypercorn.toml"))
    config.bind, config.workers, config.loglevel = ["127.0.0.1:0"], 1, "WARNING"
    listen(config)
    [name] = config.bind
    with socket.socket(fileno=int(name.removeprefix("fd://"))) as listening:
        kept = listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        assert kept == USER_TIMEOUT
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000 * SHORT)
        address = listening.getsockname()
        listening.detach()
    stopped = asyncio.Event()
    app = create_app(Settings(store=f"sqlite:{folder / 'party.db'}"))
    serving = asyncio.create_task(serve(app, config, shutdown_trigger=stopped.wait))
    try:
        yield address
    finally:
        stopped.set()
        await serving


async def test_a_client_that_does_not_read_is_disconnected(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        served_impatiently(tmp_path) as address,
        Api(f"http://127.0.0.1:{address[1]}") as api,
    ):
        await is_served(await new_story(api))
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(address)
            client.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 500)
            client_address = client.getsockname()
            await until(
                lambda: is_connected(address, client_address), "the client was never connected"
            )
            await until(
                lambda: not is_connected(address, client_address), "the client was not disconnected"
            )
        await is_served(await new_story(api))
    faults = [record for record in caplog.records if record.exc_info]
    assert all("ClientDisconnected" in repr(record.exc_info) for record in faults)


def is_connected(here: tuple[str, int], there: tuple[str, int]) -> bool:
    """Return whether a connection is established, seen from `here` (proc(5), tcp_states.h)."""
    ends = [f":{here[1]:04X}", f":{there[1]:04X}"]
    rows = [row.split()[1:4] for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(
        local.endswith(ends[0]) and remote.endswith(ends[1]) and state == "01"
        for local, remote, state in rows
    )

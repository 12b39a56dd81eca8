"""A stop answers every held poll; a crash loses nothing that was acknowledged."""

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story
from tests.support.load_clients import HOLD, Connection, Reader, connect_many, hold, is_quiet
from tests.support.server_process import HYPERCORN, SERVE, Server
from tests.support.waiting import PATIENCE, until
from watchparty.party.window import WINDOW

FEW, MANY = 50, 1_000  # held polls
QUICKLY = 25  # seconds; a server that waits for its polls takes HOLD
POSTERS = 8
STALLED = {
    "half a request line": b"GET / HT",
    "half a body": b"POST /create HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc",
    "answers that nobody reads": b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 2_000,
}
# Messages acknowledged before the kill; these and the unanswered ones fit into the window.
SAID = 12


@pytest.fixture(params=[SERVE, HYPERCORN], ids=["watchparty", "hypercorn"])
def server(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Server]:
    """A server for one test, which stops it."""
    with Server(tmp_path_factory.mktemp("stopping"), command=request.param) as server:
        yield server


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
async def test_a_stop_answers_every_held_poll_and_exits_with_zero(
    server: Server, story: Story, number: signal.Signals
) -> None:
    outside = await story.charlie.try_to_read(story.chat_id, since=0, wait=HOLD)
    assert outside.error == (403, "forbidden")
    await assert_a_stop_answers(server, story, FEW, number)


@pytest.mark.parametrize(
    ("server", "held"),
    [(SERVE, MANY), (HYPERCORN, FEW)],
    indirect=["server"],
    ids=["watchparty", "hypercorn"],
)
async def test_all_readers_come_back_at_once_after_a_restart_and_none_is_refused(
    server: Server, story: Story, held: int
) -> None:
    await assert_a_stop_answers(server, story, held, signal.SIGTERM)
    server.start_again()
    async with Api(server.url) as story.alice.api:
        await story.alice.say("Where were we?")
        async with connect_many(server.url, held) as connections, asyncio.timeout(PATIENCE):
            readers = readers_of(story, connections)
            assert await asyncio.gather(*(reader.read() for reader in readers)) == [[1]] * held
            story.charlie.api = story.alice.api
            outside = await story.charlie.try_to_read(story.chat_id, since=0)
            assert outside.error == (403, "forbidden")


async def assert_a_stop_answers(
    server: Server, story: Story, held: int, number: signal.Signals
) -> None:
    """Stop the server while it holds polls; check that it answers each and exits."""
    async with connect_many(server.url, held) as connections:
        await hold(readers_of(story, connections), server)
        began = time.monotonic()
        server.process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            for reply in await asyncio.gather(*(connection.answer() for connection in connections)):
                assert reply.status == 503, reply
                assert reply.error == (503, "unavailable")
                assert int(reply.headers["retry-after"]) >= 1
        assert await asyncio.to_thread(server.process.wait, PATIENCE) == 0
    assert time.monotonic() - began < QUICKLY
    assert "Traceback" not in server.log()


def readers_of(story: Story, connections: list[Connection]) -> list[Reader]:
    return [
        Reader(connection, story.bob.path, story.bob.session_token) for connection in connections
    ]


@pytest.mark.parametrize("server", [SERVE], indirect=True, ids=["watchparty"])
@pytest.mark.parametrize("torn", STALLED.values(), ids=STALLED.keys())
async def test_a_client_that_stalls_cannot_hold_up_a_stop(server: Server, torn: bytes) -> None:
    _, writer = await asyncio.open_connection(*server.url.removeprefix("http://").split(":"))
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(torn)
    await until(lambda: is_quiet(server), "the server never came to rest")
    began = time.monotonic()
    assert await asyncio.to_thread(server.stop) == 0
    assert time.monotonic() - began < QUICKLY
    assert "Traceback" not in server.log()
    writer.close()


async def test_a_stop_loses_no_acknowledged_message(server: Server, story: Story) -> None:
    """A message answered with 200 is there after the restart; any other may be sent again."""
    acknowledged = Acknowledged()
    async with connect_many(server.url, POSTERS) as connections:
        async with asyncio.TaskGroup() as tasks:
            for number, connection in enumerate(connections):
                tasks.create_task(talk(connection, story, acknowledged, f"Poster {number}"))
            await acknowledged.reach(SAID)
            server.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(server.process.wait, PATIENCE) == 0
    assert "Traceback" not in server.log()
    server.start_again()
    await assert_nothing_lost(server, story, acknowledged)


async def test_a_killed_server_comes_back_with_all_it_acknowledged(
    server: Server, story: Story
) -> None:
    before = await story.bob.read()
    acknowledged = Acknowledged()
    async with connect_many(server.url, POSTERS) as connections, asyncio.TaskGroup() as tasks:
        for number, connection in enumerate(connections):
            tasks.create_task(talk(connection, story, acknowledged, f"Poster {number}"))
        await acknowledged.reach(SAID)
        server.kill()
    server.start_again()
    after = await assert_nothing_lost(server, story, acknowledged)
    unchanged = ("epoch", "members", "magic_link", "role", "username", "member_id")
    assert [before[name] for name in unchanged] == [after[name] for name in unchanged]
    assert not after["reset"]


@dataclass
class Acknowledged:
    """The messages that were acknowledged, by id."""

    bodies: dict[int, str] = field(default_factory=dict)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def record(self, id_: int, body: str) -> None:
        async with self.news:
            assert id_ not in self.bodies
            self.bodies[id_] = body
            self.news.notify_all()

    async def reach(self, count: int) -> None:
        async with self.news, asyncio.timeout(PATIENCE):
            await self.news.wait_for(lambda: len(self.bodies) >= count)


async def talk(connection: Connection, story: Story, acknowledged: Acknowledged, name: str) -> None:
    """Post messages until the server is gone or the window is full."""
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        for number in range(WINDOW // POSTERS):
            body = f"{name}: {number}"
            reply = await connection.post(story.alice.path, story.alice.session_token, body)
            if reply.status == 200:
                await acknowledged.record(reply.json["id"], body)
            else:
                assert reply.error == (503, "unavailable")


async def assert_nothing_lost(
    server: Server, story: Story, acknowledged: Acknowledged
) -> dict[str, object]:
    """Read the chat with the old keys, post another message, and return the page that was read."""
    async with Api(server.url) as api:
        for person in (story.alice, story.bob, story.charlie):
            person.api = api
        page = await story.bob.read()
        found = {message["id"]: message["body"] for message in page["messages"]}
        assert acknowledged.bodies.items() <= found.items()
        assert [*found] == [*range(1, page["last_id"] + 1)]
        assert len(set(found.values())) == len(found)
        assert (await story.alice.say("Where were we?"))["id"] == page["last_id"] + 1
        outside = await story.charlie.try_to_read(story.chat_id, since=0, wait=HOLD)
        assert outside.error == (403, "forbidden")
    return dict(page)

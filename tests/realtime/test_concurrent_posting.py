"""Hundreds of members post at once: ids have no holes, and every reader knows what they missed."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.support.api_fixtures import Story
from tests.support.load_clients import (
    HOLD,
    Connection,
    Reader,
    connect_many,
    is_quiet,
    start_server,
)
from tests.support.server_process import Server
from tests.support.waiting import PATIENCE, until
from watchparty.party.window import WINDOW

POSTERS = 200
READERS = 200
SLOW = 20  # of the readers
EACH = 5  # messages from each poster
BEHIND = 2 * WINDOW  # messages that a slow reader lets pass before asking again
FOLLOWERS = 10
WAVES = 15
HASTY = WINDOW - 2  # posters in a wave who hang up before their answer arrives
STEP = 0.001  # seconds between one hang-up and the next, so that they hit every stage of a request


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with start_server(tmp_path_factory.mktemp("flood")) as server:
        yield server


@dataclass
class Flood:
    """The acknowledged messages, and a way to wait for more of them."""

    said: dict[int, str] = field(default_factory=dict)
    answers: int = 0
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def record(self, id_: int, body: str) -> None:
        async with self.news:
            self.said[id_] = body
            self.answers += 1
            self.news.notify_all()

    async def wait_for_answers(self, count: int) -> None:
        async with self.news, asyncio.timeout(PATIENCE):
            await self.news.wait_for(lambda: self.answers >= count)


async def test_two_hundred_readers_get_or_miss_every_message_of_two_hundred_posters(
    server: Server, story: Story
) -> None:
    flood, last = Flood(), POSTERS * EACH
    async with connect_many(server.url, POSTERS + READERS) as connections:
        readers = [reader_of(story, connection) for connection in connections[POSTERS:]]
        async with asyncio.TaskGroup() as tasks:
            for number, connection in enumerate(connections[:POSTERS]):
                tasks.create_task(talk(connection, story, flood, f"Poster {number}"))
            for reader in readers[:SLOW]:
                tasks.create_task(read_slowly(reader, flood, last))
            for reader in readers[SLOW:]:
                tasks.create_task(reader.read_until(last))
            refusal = await story.charlie.try_to_read(story.chat_id, since=0, wait=HOLD)
            assert refusal.error == (403, "forbidden")

    assert sorted(flood.said) == [*range(1, last + 1)]
    assert flood.answers == last, "two messages got the same id"
    for reader in readers:
        assert reader.has_received_all(last)
        assert reader.seen.items() <= flood.said.items()
    for reader in readers[:SLOW]:
        assert len(reader.missed) >= BEHIND - WINDOW
    window = (await story.bob.read())["messages"]
    assert [message["id"] for message in window] == [*range(last - WINDOW + 1, last + 1)]


async def test_a_message_whose_author_hangs_up_reaches_all_readers_or_none(
    server: Server, story: Story
) -> None:
    async with connect_many(server.url, FOLLOWERS) as connections:
        readers = [reader_of(story, connection) for connection in connections]
        for wave in range(WAVES):
            async with asyncio.TaskGroup() as tasks:
                for reader in readers:
                    tasks.create_task(read_until_said(reader, f"{wave}: end"))
                last = await send_a_wave(server, story, wave)
        refusal = await story.charlie.try_to_read(story.chat_id, since=last, wait=HOLD)
        assert refusal.error == (403, "forbidden")

    for reader in readers:
        assert [*reader.seen] == [*range(1, last + 1)], "an id without a message"
        assert reader.seen == readers[0].seen
    bodies = [*readers[0].seen.values()]
    assert len(bodies) == len(set(bodies)), "a message was stored twice"
    sent = {f"{wave}: {number}" for wave in range(WAVES) for number in range(HASTY)}
    hasty = {body for body in bodies if "end" not in body}
    assert hasty, "no message of a client that hung up was stored, so this test proves nothing"
    assert hasty <= sent


async def send_a_wave(server: Server, story: Story, wave: int) -> int:
    """Let many posters hang up while they post; return the id of the message after theirs.

    A wave fits into the window, so a reader who follows misses nothing.
    """
    async with connect_many(server.url, HASTY) as connections:
        await asyncio.gather(
            *(
                post_and_hang_up(connection, story, f"{wave}: {n}", n)
                for n, connection in enumerate(connections)
            )
        )
        await until(lambda: is_quiet(server), "the server never came to rest")
    said = await story.alice.say(f"{wave}: end")
    return int(said["id"])


def reader_of(story: Story, connection: Connection) -> Reader:
    return Reader(connection, story.bob.path, story.bob.session_token)


async def talk(connection: Connection, story: Story, flood: Flood, name: str) -> None:
    for number in range(EACH):
        body = f"{name}: {number}"
        answer = (await connection.post(story.alice.path, story.alice.session_token, body)).ok()
        await flood.record(answer["id"], body)


async def post_and_hang_up(connection: Connection, story: Story, body: str, number: int) -> None:
    """Send a message and hang up after a delay, with a FIN or a reset, while the server works."""
    connection.send_message(story.alice.path, story.alice.session_token, body)
    await asyncio.sleep(number * STEP)
    if number % 5:
        connection.hang_up()
    else:
        connection.vanish()


async def read_slowly(reader: Reader, flood: Flood, last: int) -> None:
    """Ask again only when more has been said than the window holds."""
    while reader.since < last:
        await flood.wait_for_answers(min(reader.since + BEHIND, last))
        await reader.read()


async def read_until_said(reader: Reader, body: str) -> None:
    while body not in reader.seen.values():
        await reader.read()

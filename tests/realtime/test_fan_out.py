"""A thousand members wait at once, and each gets every message exactly once."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Person, Story, guest, host
from tests.support.load_clients import HOLD, Reader, connect_many, hold, start_server
from tests.support.server_process import Server

CROWD = 1_000
GUESTS = 20  # the members among whom the connections of the crowd are divided
ROUNDS = 3
BURST = 8
CHATS = 100


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with start_server(tmp_path_factory.mktemp("crowd")) as server:
        yield server


async def test_each_message_wakes_each_of_a_thousand_readers_once(
    server: Server, story: Story
) -> None:
    guests = await join(story)
    async with connect_many(server.url, CROWD) as connections:
        readers = [
            Reader(connection, story.alice.path, guests[i % GUESTS].session_token)
            for i, connection in enumerate(connections)
        ]
        for id_ in range(1, ROUNDS + 1):
            await hold(readers, server)
            assert_refused(await story.charlie.try_to_read(story.chat_id, since=0, wait=HOLD))
            await story.alice.say(f"Round {id_}")
            assert await asyncio.gather(*(r.receive() for r in readers)) == [[id_]] * CROWD
    assert all(reader.has_received_all(ROUNDS) for reader in readers)


async def test_a_thousand_readers_lose_nothing_when_messages_come_faster_than_their_polls(
    server: Server, story: Story
) -> None:
    async with connect_many(server.url, CROWD) as connections:
        readers = [
            Reader(connection, story.bob.path, story.bob.session_token)
            for connection in connections
        ]
        await hold(readers, server)
        async with asyncio.TaskGroup() as tasks:
            for reader in readers:
                tasks.create_task(follow(reader))
            await asyncio.gather(*(story.alice.say(f"{number}!") for number in range(BURST)))
            assert_refused(await story.charlie.try_to_read(story.chat_id, since=0))
    assert all(reader.has_received_all(BURST) for reader in readers)
    assert not any(reader.missed for reader in readers)


async def test_ten_readers_in_each_of_a_hundred_chats_get_their_own_chat_only(
    server: Server, api: Api, story: Story
) -> None:
    hosts = [(await host(api, f"Host {number}"))[0] for number in range(CHATS)]
    async with connect_many(server.url, CROWD) as connections:
        owners = [hosts[i % CHATS] for i in range(CROWD)]
        readers = [
            Reader(connection, owner.path, owner.session_token)
            for connection, owner in zip(connections, owners, strict=True)
        ]
        for id_ in (1, 2):
            await hold(readers, server)
            await asyncio.gather(*(one.say(f"{id_} in {one.chat_id}") for one in hosts))
            assert await asyncio.gather(*(r.receive() for r in readers)) == [[id_]] * CROWD
            assert_refused(await story.charlie.try_to_read(hosts[0].chat_id, since=0, wait=HOLD))
    for owner, reader in zip(owners, readers, strict=True):
        assert reader.seen == {id_: f"{id_} in {owner.chat_id}" for id_ in (1, 2)}


async def join(story: Story) -> list[Person]:
    api = story.alice.api
    return [
        await guest(api, f"Guest {number}", story.chat_id, story.magic_key)
        for number in range(GUESTS)
    ]


async def follow(reader: Reader) -> None:
    """Read the answer to the poll that is already held, and everything after it."""
    await reader.receive()
    await reader.read_until(BURST)


def assert_refused(answer: Answer) -> None:
    assert answer.error == (403, "forbidden")
    assert "messages" not in answer.json

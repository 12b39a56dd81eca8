"""Only the last 30 messages exist, in the answers and in the file, whatever happens."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Person, Story, new_story
from tests.support.server_process import Server

WINDOW = 30


def kept(database: Path) -> dict[int, list[int]]:
    """Return the ids of the messages of each chat in the file of a stopped server."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT chat_id, id FROM messages ORDER BY chat_id, id").fetchall()
    found: dict[int, list[int]] = {}
    for chat_id, id_ in rows:
        found.setdefault(chat_id, []).append(id_)
    return found


def newest(count: int) -> list[int]:
    return list(range(max(0, count - WINDOW) + 1, count + 1))


async def numbers(person: Person) -> list[int]:
    return [message["id"] for message in (await person.read())["messages"]]


async def say_one_by_one(story: Story, count: int) -> list[int]:
    people = (story.alice, story.bob)
    return [(await people[i % 2].say(f"{i}"))["id"] for i in range(count)]


async def say_all_at_once(story: Story, count: int) -> list[int]:
    people = (story.alice, story.bob)
    said = await asyncio.gather(*(people[i % 2].say(f"{i}") for i in range(count)))
    return sorted(message["id"] for message in said)


@pytest.mark.parametrize("say", [say_one_by_one, say_all_at_once])
@pytest.mark.parametrize("count", [29, 30, 31, 32, 60])
async def test_the_last_30_messages_are_shown(story: Story, count: int, say: object) -> None:
    assert callable(say)
    assert await say(story, count) == list(range(1, count + 1))
    assert await numbers(story.bob) == newest(count)
    assert (await story.bob.read(since=0))["missed"] == max(0, count - WINDOW)
    assert (await story.bob.read())["last_id"] == count
    assert (await story.charlie.read())["messages"] == []
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_readers_never_see_31_messages_or_a_hole(story: Story) -> None:
    speaking = asyncio.create_task(say_all_at_once(story, 90))
    while not speaking.done():
        seen = await numbers(story.bob)
        assert len(seen) <= WINDOW
        assert seen == list(range(seen[0], seen[-1] + 1) if seen else [])
    assert await speaking == list(range(1, 91))


async def test_a_reader_who_keeps_up_gets_every_message_once(story: Story) -> None:
    speaking = asyncio.create_task(say_one_by_one(story, 60))
    since, seen = 0, list[int]()
    while since < 60:
        page = await story.bob.read(since=since, wait=10)
        assert (page["missed"], page["reset"]) == (0, False)
        seen += [message["id"] for message in page["messages"]]
        since = page["last_id"]
    assert seen == await speaking == list(range(1, 61))


async def test_the_file_holds_the_last_30_messages_of_each_chat(fresh_server: Server) -> None:
    async with Api(fresh_server.url) as api:
        counts = {}
        for count in (1, 30, 31, 60):
            story = await new_story(api)
            await say_all_at_once(story, count)
            counts[story.chat_id] = count
    assert fresh_server.stop() == 0
    assert kept(fresh_server.database) == {chat: newest(count) for chat, count in counts.items()}


async def test_a_restart_changes_nothing(fresh_server: Server) -> None:
    async with Api(fresh_server.url) as api:
        story = await new_story(api)
        for text in ("a\x00b", "\ud7ff\U0010ffff", "<b>") + ("x",) * 30:
            await story.alice.say(text)
        before = await story.bob.read()
        fresh_server.restart()
        after = await story.bob.read()
        for page in (before, after):
            del page["server_time"], page["expires_at"]
        assert after == before
        assert (await story.bob.say("next"))["id"] == 34
        assert await numbers(story.alice) == newest(34)
        assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_a_killed_server_has_stored_every_answered_message(fresh_server: Server) -> None:
    async with Api(fresh_server.url) as api:
        story = await new_story(api)
        epoch = (await story.bob.read())["epoch"]
        said = [(await story.alice.say(f"{i}")) for i in range(32)]
        fresh_server.kill()
        fresh_server.start_again()
        page = await story.bob.read()
        assert (page["epoch"], page["last_id"]) == (epoch, 32)
        expected = [{k: v for k, v in m.items() if k != "chat_id"} for m in said[2:]]
        assert page["messages"] == expected
        assert (await story.bob.say("next"))["id"] == 33
        assert (await story.bob.read(since=32, epoch=epoch))["reset"] is False


async def test_a_server_killed_while_everybody_talks_loses_no_answered_message(
    fresh_server: Server,
) -> None:
    answered: list[int] = []

    async def talk(person: Person) -> None:
        while True:
            answered.append((await person.say("bla"))["id"])
            if len(answered) == 40:
                fresh_server.kill()

    async with Api(fresh_server.url) as api:
        story = await new_story(api)
        await asyncio.gather(
            *(talk(who) for who in (story.alice, story.bob) * 4), return_exceptions=True
        )
        fresh_server.start_again()
        page = await story.bob.read()
        assert page["last_id"] >= max(answered)
        assert len(set(answered)) == len(answered) >= 40
        assert await numbers(story.bob) == newest(page["last_id"])
        assert (await story.alice.say("back"))["id"] == page["last_id"] + 1

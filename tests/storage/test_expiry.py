"""Unused chats, users and keys are deleted, with everything that belongs to them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.database import age
from tests.support.server_process import Server
from tests.support.waiting import until
from watchparty.storage import open_store
from watchparty.storage.queries.expiry import BATCH_ROWS, USER_LIFETIME_MS

TTL = 3600  # seconds
TABLES = ("chats", "members", "sessions", "messages", "message_keys", "chat_keys")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path, chat_ttl=str(TTL)) as server:
        yield server


def count(server: Server, table: str) -> int:
    with closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)) as db:
        [(rows,)] = db.execute(f"SELECT count(*) FROM {table}")
    return int(rows)


async def until_gone(server: Server, table: str, left: int = 0) -> None:
    await until(lambda: count(server, table) <= left, f"{table} were not deleted")


async def use_some_keys(story: Story) -> None:
    headers = {"Idempotency-Key": "k"}
    api, alice = story.alice.api, story.alice
    await api.post(alice.path, alice.session_token, json={"body": "Hello"}, headers=headers)
    await api.post("/create", alice.auth_key, headers=headers)


async def test_an_idle_chat_is_deleted_with_everything_and_answers_like_an_unused_id(
    server: Server,
) -> None:
    async with Api(server.url) as api:
        story = await new_story(api)
        await use_some_keys(story)
    age(server, "UPDATE chats SET active_at = active_at - ?", TTL * 1000)
    await until_gone(server, "chats")
    assert {table: count(server, table) for table in TABLES} == dict.fromkeys(TABLES, 0)
    assert count(server, "users") == 3
    async with Api(server.url) as api:
        gone = await api.get(story.alice.path, story.alice.session_token)
        assert gone.body == (await api.get("/99", story.charlie.session_token)).body
        again = await api.post("/create", story.alice.auth_key)
        assert again.ok()["username"] == "Alice"


async def test_a_chat_in_use_stays(server: Server) -> None:
    async with Api(server.url) as api:
        kept, idle = await new_story(api), await new_story(api)
        await kept.bob.say("Still watching")
    idle_since = "UPDATE chats SET active_at = active_at - ? WHERE chat_id <> ?"
    age(server, idle_since, TTL * 1000, kept.chat_id)
    await until_gone(server, "chats", left=1)
    async with Api(server.url) as kept.bob.api:
        assert (await kept.bob.read())["messages"][0]["body"] == "Still watching"
        assert (await kept.bob.try_to_read(idle.chat_id)).error == (403, "forbidden")


async def test_users_without_a_chat_are_deleted_after_ninety_days(server: Server) -> None:
    async with Api(server.url) as api:
        story = await new_story(api)
        absent = (await api.post("/auth", json={"username": "Dora"})).ok()["auth_key"]
    age(server, "UPDATE users SET active_at = active_at - ?", USER_LIFETIME_MS)
    await until_gone(server, "users", left=3)
    async with Api(server.url) as api:
        assert (await api.post("/create", absent)).error == (401, "invalid_credentials")
        assert (await api.get(story.bob.path, story.bob.auth_key)).status == 200


@pytest.mark.parametrize("table", ["message_keys", "chat_keys"])
async def test_expired_idempotency_keys_are_deleted(server: Server, table: str) -> None:
    async with Api(server.url) as api:
        await use_some_keys(await new_story(api))
    age(server, f"UPDATE {table} SET created_at = created_at - ?", 24 * 3600 * 1000)
    await until_gone(server, table)


async def test_many_chats_are_deleted_in_batches_and_their_space_is_reused(
    server: Server,
) -> None:
    many = 3 * BATCH_ROWS
    sizes = []
    for _ in range(3):
        server.stop()
        with closing(sqlite3.connect(server.database)) as db, db:
            db.executemany(
                "INSERT INTO chats (chat_id, magic_key, created_at, active_at) VALUES (?, ?, 0, 0)",
                [(number, "k" * 33) for number in range(many)],
            )
        server.start_again()
        await until_gone(server, "chats")
        sizes.append(len(server.files()["party.db"]))
    assert sizes[0] == sizes[1] == sizes[2]


async def test_large_chats_are_deleted_a_few_at_a_time(tmp_path: Path) -> None:
    """Other writes wait for a batch, so its size is limited by rows, not by chats."""
    chats, people = 50, 1000
    store = open_store(f"sqlite:{tmp_path / 'party.db'}")
    for number in range(people):
        await store.add_user(f"{number}".encode(), "Guest")
    await store.close()
    with closing(sqlite3.connect(tmp_path / "party.db")) as db, db:
        db.executemany(
            "INSERT INTO chats (chat_id, magic_key, created_at, active_at) VALUES (?, ?, 0, 0)",
            [(number, "k" * 33) for number in range(chats)],
        )
        db.execute(
            "INSERT INTO members SELECT chat_id, user_id, user_id, 'Guest', 'guest', 0"
            " FROM chats, users"
        )
    await store.open()
    batches = []
    while deleted := await store.expire(before=1):
        batches.append(len(deleted))
    await store.close()
    assert sum(batches) == chats
    assert max(batches) < chats / 2

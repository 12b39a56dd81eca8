"""Deleted messages and chats disappear for everybody, and from the files."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, delete, host, new_story, try_to_join
from tests.support.load_clients import HOLD, until_held
from tests.support.server_process import Server


async def test_a_deleted_message_disappears_for_everybody_and_its_id_is_not_used_again(
    story: Story,
) -> None:
    await story.alice.say("Oops")
    await story.bob.say("What?")
    held = asyncio.create_task(
        story.bob.read(since=2, rev=(await story.bob.read())["rev"], wait=20)
    )
    changed = (await delete(story.alice, "/messages/1")).ok()
    assert (await held)["state"] == changed["state"]
    assert changed["state"]["deleted"] == [1]
    first, second = (await story.bob.read())["messages"]
    assert (first["id"], first["body"], first["deleted"]) == (1, "", True)
    assert (second["body"], "deleted" in second) == ("What?", False)
    assert (await story.alice.say("Never mind"))["id"] == 3
    assert (await delete(story.bob, "/messages/1")).error == (403, "not_allowed")
    assert (await delete(story.alice, "/messages/2")).status == 200
    assert (await delete(story.alice, "/messages/99")).error == (404, "not_found")


async def test_a_deleted_message_is_listed_while_it_is_in_the_window(story: Story) -> None:
    await story.alice.say("Oops")
    await story.alice.say("Never mind")
    await delete(story.alice, "/messages/1")
    assert (await story.bob.read(since=0, rev=0))["state"]["deleted"] == [1]
    for _ in range(28):
        await story.bob.say("All right")
    assert (await story.bob.read(since=0, rev=0))["state"]["deleted"] == [1]
    await story.bob.say("What was it?")
    page = await story.bob.read(since=0, rev=0)
    assert page["state"]["deleted"] == []
    assert page["messages"][0]["body"] == "Never mind"
    assert (await story.bob.read(rev=0))["state"]["deleted"] == []
    assert (await story.charlie.try_to_read(story.chat_id, rev=0)).error == (403, "forbidden")


async def test_the_key_of_a_deleted_message_does_not_post_it_again(api: Api, story: Story) -> None:
    key = {"Idempotency-Key": "gone"}
    path, token = story.bob.path, story.bob.session_token
    first = (await api.post(path, token, json={"body": "Oops"}, headers=key)).ok()
    await delete(story.bob, "/messages/1")
    again = await api.post(path, token, json={"body": "Oops"}, headers=key)
    assert (again.ok(), again.headers["Idempotent-Replay"]) == (first, "true")
    assert (await story.alice.read())["messages"][0]["body"] == ""


async def test_a_deleted_chat_answers_as_if_it_had_never_existed(
    server: Server, api: Api, story: Story
) -> None:
    held = asyncio.create_task(story.bob.try_to_read(story.chat_id, since=0, wait=HOLD))
    await until_held(server, held)
    assert (await delete(story.bob)).error == (403, "not_allowed")
    assert (await delete(story.alice)).ok() == {}
    assert (await held).error == (403, "burned")
    nowhere = await api.get("/99", story.alice.session_token)
    for person in (story.alice, story.bob):
        for token in (person.session_token, person.auth_key):
            assert (await api.get(person.path, token)).body == nowhere.body
    dead = await try_to_join(api, story.chat_id, story.magic_key)
    assert dead.error == (403, "invalid_invite")


async def test_deleted_text_is_erased_from_the_files_too(fresh_server: Server) -> None:
    secret, burned = "Only the first of these may stay", "Burn after reading"
    async with Api(fresh_server.url) as api:
        story = await new_story(api)
        await story.alice.say("This may stay")
        await story.alice.say(secret)
        await delete(story.alice, "/messages/2")
        alice, _ = await host(api, "Alice")
        await alice.say(burned)
        await delete(alice)
        kept = b"".join(fresh_server.files().values())
        assert b"This may stay" in kept
        assert secret.encode() not in kept
        assert burned.encode() not in kept


async def test_everything_of_a_deleted_chat_is_removed_from_the_tables(tmp_path: Path) -> None:
    async with Server(tmp_path) as server, Api(server.url) as api:
        story = await new_story(api)
        headers = {"Idempotency-Key": "k"}
        await api.post(story.bob.path, story.bob.session_token, json={"body": "x"}, headers=headers)
        await api.post("/create", story.alice.auth_key, headers=headers)
        await delete(story.alice)
    with closing(sqlite3.connect(server.database)) as db:
        for table in ("chats", "members", "sessions", "messages", "message_keys"):
            found = db.execute(
                f"SELECT count(*) FROM {table} WHERE chat_id = ?", (story.chat_id,)
            ).fetchone()
            assert found == (0,), table

"""A request whose answer was lost may be repeated with the same key, and takes effect once."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Person, Story, new_story
from tests.support.server_process import Server
from watchparty.party.window import WINDOW
from watchparty.storage.queries.idempotency import KEY_LIFETIME_MS

KEY = "7d9f6a52-1c0e-4f7b-8a39-6b1e0c5d2f84"
HEADER = "Idempotency-Key"
REPLAY = "Idempotent-Replay"
REPEATS = 50


async def say(person: Person, body: str, key: str) -> Answer:
    return await person.api.post(
        person.path, person.session_token, json={"body": body}, headers={HEADER: key}
    )


async def create(api: Api, auth_key: str | None, key: str, **fields: str) -> Answer:
    return await api.post("/create", auth_key, json=fields, headers={HEADER: key})


def replayed(answer: Answer) -> Any:
    assert answer.headers[REPLAY] == "true"
    return answer.ok()


async def test_a_repeat_is_answered_as_the_first_time_and_posts_nothing(story: Story) -> None:
    first = await say(story.alice, "Once", KEY)
    assert REPLAY not in first.headers
    assert replayed(await say(story.alice, "Once", KEY)) == first.ok()
    page = await story.bob.read()
    assert [(m["body"], m["key"]) for m in page["messages"]] == [("Once", KEY)]
    outside = await story.charlie.api.post(
        story.alice.path,
        story.charlie.session_token,
        json={"body": "Once"},
        headers={HEADER: KEY},
    )
    assert outside.error == (403, "forbidden")


async def test_a_repeat_does_not_answer_a_held_poll(story: Story) -> None:
    await say(story.alice, "Once", KEY)
    held = asyncio.create_task(story.bob.read(since=1, wait=20))
    await say(story.alice, "Once", KEY)
    await story.alice.say("Twice")
    assert [message["body"] for message in (await held)["messages"]] == ["Twice"]


async def test_the_key_may_be_a_field_and_the_header_wins(story: Story) -> None:
    path, token = story.alice.path, story.alice.session_token
    both = {"body": "One", "key": "the-field"}
    first = (await story.alice.api.post(path, token, json=both, headers={HEADER: KEY})).ok()
    assert replayed(await say(story.alice, "One", KEY)) == first
    fielded = (await story.alice.api.post(path, token, json=both)).ok()
    assert fielded["id"] == first["id"] + 1
    form = {"message": "One", "key": "the-field"}
    assert replayed(await story.alice.api.post(path, token, data=form)) == fielded


async def test_without_a_key_the_same_text_is_posted_twice(story: Story) -> None:
    assert [(await story.alice.say("Ha"))["id"] for _ in range(2)] == [1, 2]
    assert "key" not in (await story.bob.read())["messages"][0]


async def test_a_key_with_another_text_is_refused_and_posts_nothing(story: Story) -> None:
    await say(story.alice, "These words", KEY)
    assert (await say(story.alice, "Other words", KEY)).error == (422, "key_reused")
    assert (await story.bob.read())["last_id"] == 1


async def test_a_repeat_may_differ_in_surrounding_spaces(story: Story) -> None:
    first = (await say(story.alice, "Words", KEY)).ok()
    assert replayed(await say(story.alice, "  Words\n", KEY)) == first


async def test_a_key_counts_per_member_and_per_chat(api: Api, story: Story) -> None:
    elsewhere = await new_story(api)
    answers = [
        await say(person, "Hello", KEY) for person in (story.alice, story.bob, elsewhere.alice)
    ]
    assert [answer.ok()["id"] for answer in answers] == [1, 2, 1]
    assert not [answer for answer in answers if REPLAY in answer.headers]


@pytest.mark.parametrize("key", ["", " ", "with space", "x" * 129, "é", "tab\there"])
@pytest.mark.parametrize("sent_in", ["header", "field", "field beside a header"])
async def test_an_invalid_key_is_refused(story: Story, key: str, sent_in: str) -> None:
    path, token = story.alice.path, story.alice.session_token
    fields = {"body": "Hello"} | ({} if sent_in == "header" else {"key": key})
    headers = {} if sent_in == "field" else {HEADER: key if sent_in == "header" else KEY}
    answer = await story.alice.api.post(path, token, json=fields, headers=headers)
    assert answer.error == (400, "invalid_request")
    assert HEADER in answer.json["message"]
    assert (await story.bob.read())["last_id"] == 0


async def test_a_key_may_contain_every_visible_character(story: Story) -> None:
    visible = "".join(map(chr, range(0x21, 0x7F)))
    for key in ("!", visible, "~" * 128):
        first = (await say(story.alice, "Hello", key)).ok()
        assert replayed(await say(story.alice, "Hello", key)) == first


async def test_simultaneous_repeats_post_one_message_and_get_equal_answers(story: Story) -> None:
    answers = await asyncio.gather(*(say(story.alice, "Now!", KEY) for _ in range(REPEATS)))
    assert {answer.body for answer in answers} == {answers[0].body}
    assert [REPLAY in answer.headers for answer in answers].count(False) == 1
    assert (await story.bob.read())["last_id"] == 1


async def test_a_key_outlives_its_message_without_keeping_its_text(
    server: Server, story: Story
) -> None:
    secret = "Nobody shall read this when it has left the window"
    key = "a-key-of-its-own"
    first = (await say(story.alice, secret, key)).ok()
    for number in range(WINDOW):
        await story.bob.say(f"Line {number}")
    assert first["id"] not in [m["id"] for m in (await story.bob.read())["messages"]]
    assert replayed(await say(story.alice, secret, key)) == first
    with closing(sqlite3.connect(server.database)) as db:
        kept = "\n".join(db.iterdump())
    assert "Line 7" in kept
    assert secret not in kept
    assert key not in kept


async def test_a_key_survives_a_crash_and_expires_after_a_day(fresh_server: Server) -> None:
    async with Api(fresh_server.url) as api:
        story = await new_story(api)
        first = (await say(story.alice, "Hello", KEY)).ok()
        made = (await create(api, story.alice.auth_key, KEY)).ok()
    fresh_server.kill()
    fresh_server.start_again()
    async with Api(fresh_server.url) as story.alice.api:
        assert replayed(await say(story.alice, "Hello", KEY)) == first
        again = replayed(await create(story.alice.api, story.alice.auth_key, KEY))
        assert again["chat_id"] == made["chat_id"]
    fresh_server.stop()
    with closing(sqlite3.connect(fresh_server.database)) as db, db:
        for table in ("message_keys", "chat_keys"):
            db.execute(f"UPDATE {table} SET created_at = created_at - {KEY_LIFETIME_MS}")
    fresh_server.start_again()
    async with Api(fresh_server.url) as story.alice.api:
        assert (await say(story.alice, "Hello", KEY)).ok()["id"] == first["id"] + 1
        assert (await say(story.alice, "Hello", "another")).ok()["id"] == first["id"] + 2
        anew = (await create(story.alice.api, story.alice.auth_key, KEY)).ok()
        assert anew["chat_id"] != made["chat_id"]


async def test_expired_keys_are_deleted_when_new_ones_are_stored(tmp_path: Path) -> None:
    async with Server(tmp_path) as server, Api(server.url) as api:
        alice = (await new_story(api)).alice
        for number in range(10):
            await say(alice, "Hello", f"old-{number}")
        with closing(sqlite3.connect(server.database)) as db, db:
            db.execute(f"UPDATE message_keys SET created_at = created_at - {KEY_LIFETIME_MS}")
        for number in range(5):
            await say(alice, "Hello", f"new-{number}")
    with closing(sqlite3.connect(server.database)) as db, db:
        assert db.execute("SELECT count(*) FROM message_keys").fetchone() == (5,)


async def test_a_double_click_creates_one_chat(api: Api, story: Story) -> None:
    alice = story.alice.auth_key
    answers = await asyncio.gather(*(create(api, alice, KEY) for _ in range(REPEATS)))
    made = [answer.ok() for answer in answers]
    assert len({chat["chat_id"] for chat in made}) == 1
    assert len({chat["magic_link"] for chat in made}) == 1
    assert len({chat["session_token"] for chat in made}) == REPEATS
    for chat in (made[0], made[-1]):
        state = (await api.get(f"/{chat['chat_id']}", chat["session_token"])).ok()
        assert [member["role"] for member in state["members"]] == ["host"]
    assert (await story.bob.try_to_read(made[0]["chat_id"])).error == (403, "forbidden")


async def test_a_key_with_another_name_is_refused(api: Api, story: Story) -> None:
    alice = story.alice.auth_key
    made = (await create(api, alice, KEY, username="Ally")).ok()
    assert replayed(await create(api, alice, KEY, name="Ally"))["chat_id"] == made["chat_id"]
    assert (await create(api, alice, KEY, username="Alice")).error == (422, "key_reused")


async def test_the_same_key_from_other_or_new_users_creates_other_chats(
    api: Api, story: Story
) -> None:
    keys = (story.alice.auth_key, story.charlie.auth_key, None, None)
    made = [(await create(api, auth_key, KEY)).ok()["chat_id"] for auth_key in keys]
    assert len(set(made)) == len(keys)

"""One held request waits for news of many chats, and returns news of those chats only."""

import asyncio
from typing import Any

import pytest

from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Person, Story, guest, host, new_story
from tests.support.load_clients import HOLD
from watchparty.web.response.schemas import CHATS_MAX

CHATS = 12


def cursor_of(person: Person, since: int = 0, **more: Any) -> dict[str, Any]:
    return {"token": person.session_token, "since": since, **more}


async def ask(api: Api, cursors: dict[Any, Any], wait: float = 0) -> Answer:
    chats = {str(chat_id): cursor for chat_id, cursor in cursors.items()}
    return await api.post("/poll", json={"wait": wait, "chats": chats})


@pytest.fixture
async def parties(api: Api) -> list[tuple[Person, Person]]:
    """Create twelve chats of Alice's, each with Bob in it."""
    pairs = []
    for _ in range(CHATS):
        alice, made = await host(api, "Alice")
        pairs.append((alice, await guest(api, "Bob", made["chat_id"], made["magic_key"])))
    return pairs


async def test_news_of_one_chat_is_sent_at_once_and_without_the_others(
    api: Api, parties: list[tuple[Person, Person]]
) -> None:
    cursors = {alice.chat_id: cursor_of(alice) for alice, _ in parties}
    for alice, bob in parties:
        held = asyncio.create_task(ask(api, cursors, wait=HOLD))
        said = await bob.say("Over here")
        answers = (await held).ok()["chats"]
        assert answers == {str(alice.chat_id): await alice.read(since=0)}
        cursors[alice.chat_id]["since"] = said["id"]


async def test_earlier_messages_of_all_chats_come_in_one_answer_at_once(
    api: Api, parties: list[tuple[Person, Person]]
) -> None:
    talking = parties[::2]
    for _, bob in talking:
        await bob.say("I was first")
    cursors = {alice.chat_id: cursor_of(alice) for alice, _ in parties}
    answers = (await ask(api, cursors, wait=HOLD)).ok()["chats"]
    assert set(answers) == {str(alice.chat_id) for alice, _ in talking}


async def test_without_news_or_wait_the_answer_is_empty(api: Api, story: Story) -> None:
    assert (await ask(api, {story.chat_id: cursor_of(story.bob)})).ok() == {"chats": {}}
    assert (await ask(api, {story.chat_id: cursor_of(story.bob)}, wait=0.05)).ok() == {"chats": {}}


async def test_gaps_and_another_history_are_reported_as_in_a_single_poll(
    api: Api, story: Story
) -> None:
    for number in range(40):
        await story.alice.say(f"Line {number}")
    for query in ({"since": 3}, {"since": 99}, {"since": 40, "epoch": "another"}):
        answers = (await ask(api, {story.chat_id: cursor_of(story.bob, **query)}, wait=HOLD)).ok()
        assert answers["chats"] == {str(story.chat_id): await story.bob.read(**query)}


async def test_one_answer_refuses_a_chat_of_others_and_has_the_news_of_the_readers_chat(
    api: Api, story: Story
) -> None:
    await story.charlie.say("In my own party")
    cursors = {
        story.chat_id: cursor_of(story.charlie),
        99: cursor_of(story.charlie),
        story.charlie.chat_id: cursor_of(story.charlie),
    }
    answers = (await ask(api, cursors, wait=HOLD)).ok()["chats"]
    assert answers[str(story.chat_id)] == answers["99"]
    assert answers["99"]["error"] == "forbidden"
    assert answers[str(story.charlie.chat_id)]["last_id"] == 1


async def test_an_auth_key_opens_the_chats_of_its_holder(api: Api, story: Story) -> None:
    await story.alice.say("Hello")
    key = {"token": story.bob.auth_key, "since": 0}
    answers = (await ask(api, {story.chat_id: key})).ok()["chats"]
    assert answers[str(story.chat_id)]["last_id"] == 1


async def test_a_credential_in_the_header_opens_none_of_the_chats(api: Api, story: Story) -> None:
    body = {"chats": {str(story.chat_id): {"since": 0, "token": ""}}}
    answer = await api.post("/poll", story.alice.session_token, json=body)
    assert answer.ok()["chats"][str(story.chat_id)]["error"] == "forbidden"


GOOD = {"token": "x", "since": 0}
BAD: list[Any] = [
    None,
    [],
    {},
    {"chats": {}},
    {"chats": []},
    {"chats": {"one": GOOD}},
    {"chats": {"-1": GOOD}},
    {"chats": {"01": GOOD}},
    {"chats": {"9" * 19: GOOD}},
    {"chats": {"\u0661": GOOD}},
    {"chats": {"1": None}},
    {"chats": {"1": {"token": "x"}}},
    {"chats": {"1": {"since": 0}}},
    {"chats": {"1": GOOD | {"since": -1}}},
    {"chats": {"1": GOOD | {"since": 2**53}}},
    {"chats": {"1": GOOD | {"since": "1"}}},
    {"chats": {"1": GOOD | {"since": 1.5}}},
    {"chats": {"1": GOOD | {"token": 7}}},
    {"chats": {"1": GOOD | {"epoch": 7}}},
    {"wait": -1, "chats": {"1": GOOD}},
    {"wait": "1", "chats": {"1": GOOD}},
    {"chats": {str(number): GOOD for number in range(CHATS_MAX + 1)}},
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: str(bad)[:40])
async def test_a_malformed_poll_is_refused(api: Api, bad: Any) -> None:
    assert (await api.post("/poll", json=bad)).error == (400, "invalid_request")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"chats=1", b'{"wait": 1e999}', b"[" * 9000])
async def test_a_body_that_is_not_json_is_refused(api: Api, body: bytes) -> None:
    assert (await api.post("/poll", data=body)).error == (400, "invalid_request")


async def test_one_poll_may_ask_for_the_maximum_of_chats(api: Api) -> None:
    story = await new_story(api)
    cursors = dict.fromkeys(range(1, CHATS_MAX), GOOD) | {story.chat_id: cursor_of(story.bob)}
    answers = (await ask(api, cursors)).ok()["chats"]
    assert {answer["error"] for answer in answers.values()} == {"forbidden"}
    assert len(answers) == CHATS_MAX - 1

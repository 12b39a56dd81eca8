"""A message is kept as it was sent, under the name of its author and the next number."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story

FIELDS = ("body", "message", "text", "content", "new_message", "comment")
KNOWN = {"chat_id", "id", "username", "member_id", "body", "created_at"}
WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

KEPT = {
    "one letter": "k",
    "several lines": "one\n\ntwo\r\n\tthree  four",
    "emoji": "👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽",
    "Arabic": "مرحبا بالعالم",
    "Hebrew between English": "see שלום there",
    "a bidi override": "a\u202eb\u202c",
    "decomposed letters": "Zoe\u0308 and Zo\u00eb",
    "a NUL": "a\x00b",
    "control characters": "a\x01\x1b[31mb\x7f",
    "line separators": "a\u2028b\u2029c\u0085d",
    "markup": "<script>alert(1)</script> &amp; &lt; <b>",
    "quotes": "\"'`\\ \\n ${x} {{ 7*7 }} %s",
    "SQL": "'); DROP TABLE messages; --",
    "JSON": '{"body": "no"}',
    "noncharacters": "\ufffe\uffff\U0010ffff",
    "2000 letters": "x" * 2000,
    "2000 emoji": "🎬" * 2000,
}


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT.keys())
async def test_a_message_is_kept_exactly_as_it_was_sent(story: Story, text: str) -> None:
    said = await story.alice.say(text)
    assert said["body"] == text
    page = await story.bob.read()
    assert [message["body"] for message in page["messages"]] == [text]
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_a_message_is_read_from_plain_or_escaped_json(story: Story) -> None:
    text = "🎬" * 2000
    for escaped in (True, False):
        data = json.dumps({"body": text}, ensure_ascii=escaped).encode()
        said = await story.bob.api.post(story.bob.path, story.bob.session_token, data=data)
        assert said.ok()["body"] == text


async def test_a_message_is_trimmed_at_both_ends_only(story: Story) -> None:
    assert (await story.alice.say(" \n\t\u3000a \n b\u00a0\r\n"))["body"] == "a \n b"
    assert (await story.alice.say(" " * 3000 + "x" * 2000 + "\n"))["body"] == "x" * 2000


@pytest.mark.parametrize("value", ["", " ", "\n\t\u3000", "x" * 2001, "🎬" * 2001])
async def test_a_message_that_is_empty_or_too_long_is_refused(story: Story, value: str) -> None:
    alice = story.alice
    answer = await alice.api.post(alice.path, alice.session_token, json={"body": value})
    assert answer.error == (400, "invalid_request")
    assert "body" in answer.json["message"]
    assert (await story.bob.read())["last_id"] == 0


@pytest.mark.parametrize("value", [5, 1.5, True, ["hi"], {"text": "hi"}])
@pytest.mark.parametrize("field", FIELDS)
async def test_a_message_that_is_not_a_string_is_refused(
    story: Story, field: str, value: object
) -> None:
    alice = story.alice
    answer = await alice.api.post(alice.path, alice.session_token, json={field: value})
    assert answer.error == (400, "invalid_request")
    assert field in answer.json["message"]
    assert (await story.bob.read())["last_id"] == 0


@pytest.mark.parametrize("data", [b"", b"{}", b'{"body": null}', b'{"words": "hi"}'])
async def test_a_post_without_a_message_is_refused(story: Story, data: bytes) -> None:
    alice = story.alice
    answer = await alice.api.post(alice.path, alice.session_token, data=data)
    assert answer.error == (400, "invalid_request")
    assert "body" in answer.json["message"]
    assert (await story.bob.read())["messages"] == []


async def test_the_holder_of_the_token_is_the_author(story: Story) -> None:
    lie = {"body": "hi", "username": "Alice", "name": "Alice", "user_name": "Alice"}
    lie |= {"author": "Alice", "member_id": "1", "id": "99", "created_at": "1999-01-01"}
    said = (await story.bob.api.post(story.bob.path, story.bob.session_token, json=lie)).ok()
    assert (said["username"], said["member_id"], said["id"]) == ("Bob", 2, 1)
    assert not said["created_at"].startswith("1999")
    said = (await story.bob.api.post(story.bob.path, story.bob.auth_key, json=lie)).ok()
    assert (said["username"], said["member_id"], said["id"]) == ("Bob", 2, 2)


async def test_the_first_known_field_wins_over_the_others(story: Story) -> None:
    bob = story.bob
    for count in range(len(FIELDS)):
        left = FIELDS[count:]
        fields = {field: f"from {field}" for field in reversed(left)}
        said = (await bob.api.post(bob.path, bob.session_token, json=fields)).ok()
        assert said["body"] == f"from {left[0]}"


async def test_the_answer_is_the_message_and_nothing_else(story: Story) -> None:
    said = await story.bob.say("hi")
    assert set(said) == KNOWN
    assert said["chat_id"] == story.chat_id
    [seen] = (await story.alice.read())["messages"]
    assert seen == {field: said[field] for field in KNOWN - {"chat_id"}}


async def test_messages_are_numbered_without_holes_in_each_chat(story: Story) -> None:
    numbers = [(await story.alice.say("a"))["id"], (await story.bob.say("b"))["id"]]
    assert (await story.charlie.say("mine"))["id"] == 1
    numbers.append((await story.alice.say("c"))["id"])
    assert numbers == [1, 2, 3]


async def test_a_message_has_the_time_of_posting(story: Story) -> None:
    said = await story.alice.say("now")
    assert WHEN.fullmatch(said["created_at"])
    age = datetime.now(UTC) - datetime.fromisoformat(said["created_at"])
    assert abs(age) < timedelta(seconds=30)


async def test_an_outsider_cannot_post(api: Api, story: Story) -> None:
    charlie = story.charlie
    for key in (charlie.session_token, charlie.auth_key, story.magic_key, "x"):
        answer = await api.post(story.alice.path, key, json={"body": "let me in"})
        assert answer.error == (403, "forbidden")
    answer = await api.post(story.alice.path, json={"body": "let me in"})
    assert answer.error == (401, "missing_credentials")
    assert (await story.alice.read())["messages"] == []

"""Any input gets a documented answer: no crash, no unknown shape, no lost character."""

import json
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Story

# Any text that can be sent at all: JSON text is Unicode, and UTF-8 has no surrogates.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
LONG = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=2100)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["username", "name", "magic_key", "body", "message", "text", "key"]
OBJECT = st.dictionaries(st.sampled_from(FIELDS) | TEXT, JSON, max_size=6)

# The characters that h11 accepts in a header; others never reach the application.
VISIBLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_categories=["Cc"]))
FORM = "application/x-www-form-urlencoded"
TYPES = ["application/json", "text/plain", FORM, f"{FORM}; charset=utf-16", "multipart/mixed"]
TYPES += [
    f"multipart/form-data{rest}" for rest in ("", "; boundary=", "; boundary=x", ";boundary=é")
]
TYPE = st.sampled_from(TYPES) | VISIBLE

# Parts of forms, which the tests put together in every wrong way.
PARTS = [b"--x\r\n", b"--x--", b"\r\n", b"\xff", b"body=", b"%FF", b"hi", b"&"]
PARTS += [b'Content-Disposition: form-data; name="body"', b"Content-Type: a; charset=utf-99"]
PARTS += [b'Content-Disposition: form-data; name="username"; filename="a"']
FORMS = st.lists(st.sampled_from(PARTS)).map(b"".join)


def quote_all(text: str) -> str:
    """Encode a path segment, slashes too."""
    return quote(text, safe="")


any_input = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def is_ok_or(answer: Answer, *statuses: int) -> bool:
    """Return whether an answer is a success or a well-formed refusal with one of the statuses."""
    if answer.status == 200:
        return True
    assert set(answer.json) == {"error", "message"}, answer.body
    return answer.status in statuses


@any_input
@given(name=TEXT)
async def test_any_name_is_kept_or_refused(api: Api, name: str) -> None:
    answer = await api.post("/auth", json={"username": name})
    assert is_ok_or(answer, 400)
    if answer.status == 200:
        kept = answer.json["username"]
        assert 1 <= len(kept) <= 32
        again = await api.post("/auth", answer.json["auth_key"], json={"username": kept})
        assert again.ok()["username"] == kept


@any_input
@given(body=LONG)
async def test_any_message_is_kept_exactly_or_refused(story: Story, body: str) -> None:
    answer = await story.bob.api.post(
        story.bob.path, story.bob.session_token, data=json.dumps({"body": body})
    )
    fits = 1 <= len(body.strip()) <= 2000
    assert answer.status == (200 if fits else 400), answer.body
    if fits:
        assert answer.json["body"] == body.strip()
        assert (await story.alice.read())["messages"][-1]["body"] == body.strip()


@any_input
@given(fields=JSON | OBJECT, content_type=TYPE)
async def test_any_json_is_accepted_or_refused(
    story: Story, fields: Any, content_type: str
) -> None:
    await send_everywhere(story, json.dumps(fields).encode(), content_type)


@any_input
@given(data=st.binary(max_size=300) | FORMS, content_type=TYPE)
async def test_any_bytes_are_accepted_or_refused(
    story: Story, data: bytes, content_type: str
) -> None:
    await send_everywhere(story, data, content_type)


async def send_everywhere(story: Story, data: bytes, content_type: str) -> None:
    api, headers = story.bob.api, {"Content-Type": content_type}
    for path in ("/auth", "/create", f"/{story.chat_id}/join"):
        assert is_ok_or(await api.post(path, data=data, headers=headers), 400, 403, 413)
    said = await api.post(story.bob.path, story.bob.session_token, data=data, headers=headers)
    assert is_ok_or(said, 400, 413)
    outside = await api.post(story.bob.path, story.charlie.auth_key, data=data, headers=headers)
    assert outside.error == (403, "forbidden")


@any_input
@given(value=TEXT.map(quote) | st.binary(max_size=40).map(quote_from_bytes))
async def test_any_query_is_accepted_or_refused(story: Story, value: str) -> None:
    api, token, path = story.bob.api, story.bob.session_token, story.bob.path
    await story.alice.say("so that nobody waits")
    for query in (f"since={value}", f"wait={value}", f"since=0&wait={value}", f"epoch={value}"):
        assert is_ok_or(await api.get(f"{path}?{query}", token), 400)
        outside = await api.get(f"{path}?{query}", story.charlie.session_token)
        assert outside.error == (403, "forbidden")
    for query in (value, f"{value}={value}", f"since=0&{value}"):
        assert is_ok_or(await api.get(f"{path}?{query}", token), 400)


@any_input
@given(value=VISIBLE)
async def test_a_random_authorization_is_refused(story: Story, value: str) -> None:
    headers = {"Authorization": value}
    api = story.bob.api
    answer = await api.get(story.bob.path, headers=headers)
    assert answer.error in {(403, "forbidden"), (401, "missing_credentials")}
    name = {"username": "Mallory"}
    assert is_ok_or(await api.post("/auth", headers=headers, json=name), 401)
    assert is_ok_or(await api.post("/create", headers=headers), 401)
    assert (await story.bob.read())["members"][0]["username"] == "Alice"


@any_input
@example(segment="%2Fopenapi.json")
@given(segment=TEXT.map(quote_all) | st.binary(max_size=40).map(quote_from_bytes))
async def test_a_request_to_a_random_path_is_answered_or_refused(
    story: Story, segment: str
) -> None:
    api, token = story.bob.api, story.charlie.session_token
    for path in (f"/{segment}", f"/{segment}/join", f"/chat/{segment}", f"/static/{segment}"):
        assert is_ok_or(await api.call("PUT", path, token), 404, 405)
        assert is_ok_or(await api.get(path, token), 403, 404, 405)


STRANGE = {
    "half of a surrogate pair": b'{"username": "\\ud83d"}',
    "a surrogate pair the wrong way round": b'{"username": "\\udc4d\\ud83d"}',
    "a surrogate in UTF-8": b'{"username": "\xed\xa0\xbd"}',
    "invalid UTF-8": b'{"username": "\xff\xfe"}',
    "an overlong NUL": b'{"username": "\xc0\x80"}',
    "Latin-1": '{"username": "Zoë"}'.encode("latin-1"),
    "UTF-16": '{"username": "Zoe"}'.encode("utf-16"),
    "NaN": b'{"username": NaN}',
    "Infinity": b'{"username": -Infinity}',
    "a comment": b'{"username": "Zoe"} // hi',
    "two objects": b'{"username": "Zoe"}{"username": "Zoe"}',
    "a trailing comma": b'{"username": "Zoe",}',
    "single quotes": b"{'username': 'Zoe'}",
    "an unfinished object": b'{"username": "Zoe"',
    "a number as a key": b'{1: "Zoe"}',
    "deep lists": b"[" * 32000,
    "deep balanced lists": b"[" * 32000 + b"]" * 32000,
    "deep objects": b'{"username":' * 5000,
    "a deep name": b'{"username":' + b"[" * 30000 + b"]" * 30000 + b"}",
    "a number of 60000 digits": b'{"username":' + b"9" * 60000 + b"}",
    "a number beyond doubles": b'{"username": 1e99999}',
}


@pytest.mark.parametrize("data", STRANGE.values(), ids=STRANGE.keys())
@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
async def test_a_body_that_is_not_json_is_refused(api: Api, data: bytes, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    answer = await api.post("/auth", data=data, headers=headers)
    assert answer.error == (400, "invalid_request")
    assert is_ok_or(await api.post("/create", data=data, headers=headers), 400)


async def test_one_value_of_a_field_sent_twice_is_used(api: Api) -> None:
    answer = await api.post("/auth", data=b'{"username": "Zoe", "username": "Mia"}')
    assert answer.ok()["username"] in {"Zoe", "Mia"}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await api.post("/auth", data=b"username=Zoe&username=Mia", headers=headers)
    assert answer.ok()["username"] in {"Zoe", "Mia"}

"""Clients written before this server, or for another one, still work."""

import asyncio
import json
from urllib.parse import quote, urlencode

import aiohttp
import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story

FORM = "application/x-www-form-urlencoded"
TEXT = "Ahoy & héllo = 100% 🎬+1"
HEADERS = ("Session-Token", "session_token", "auth_key", "Auth-Key")

TYPES = ["text/plain", FORM, f"{FORM}; charset=UTF-8", "application/octet-stream", "text/html"]
TYPES += [
    "multipart/form-data; boundary=none",
    "multipart/form-data",
    "nonsense",
    "application/xml",
]

NEVER_HELD = 20  # seconds; a poll that waits takes at least 25


async def said(story: Story) -> list[str]:
    return [message["body"] for message in (await story.alice.read())["messages"]]


@pytest.mark.parametrize("content_type", TYPES)
async def test_json_is_read_with_any_content_type(story: Story, content_type: str) -> None:
    bob, sent = story.bob, json.dumps({"body": TEXT}).encode()
    headers = {"Content-Type": content_type}
    answer = await bob.api.post(bob.path, bob.session_token, data=sent, headers=headers)
    assert answer.ok()["body"] == TEXT
    assert await said(story) == [TEXT]
    outside = await bob.api.post(bob.path, story.charlie.auth_key, data=sent, headers=headers)
    assert outside.error == (403, "forbidden")


async def test_json_is_read_without_a_content_type(story: Story) -> None:
    bob = story.bob
    sent = json.dumps({"body": TEXT}).encode()
    async with aiohttp.ClientSession(skip_auto_headers=["Content-Type"]) as session:
        headers = {"Authorization": bob.session_token}
        async with session.post(bob.api.url + bob.path, data=sent, headers=headers) as answer:
            assert (answer.status, (await answer.json())["username"]) == (200, "Bob")
    assert await said(story) == [TEXT]


@pytest.mark.parametrize("encode", [urlencode, lambda form: urlencode(form, quote_via=quote)])
async def test_a_url_encoded_form_is_read(story: Story, encode: object) -> None:
    assert callable(encode)
    bob, headers = story.bob, {"Content-Type": FORM}
    sent = encode({"body": TEXT, "username": "Alice"})
    answer = await bob.api.post(bob.path, bob.session_token, data=sent, headers=headers)
    assert (answer.ok()["body"], answer.ok()["username"]) == (TEXT, "Bob")
    outside = await bob.api.post(bob.path, story.charlie.auth_key, data=sent, headers=headers)
    assert outside.error == (403, "forbidden")


async def test_a_multipart_form_is_read(story: Story) -> None:
    bob = story.bob
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("message", TEXT)
    form.add_field("sent", "yes")
    answer = await bob.api.post(bob.path, bob.session_token, data=form)
    assert answer.ok()["body"] == TEXT
    assert await said(story) == [TEXT]


async def test_an_empty_multipart_form_is_read_as_no_fields(api: Api) -> None:
    """Browsers send such a body for an empty FormData."""
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    made = (await api.post("/create", data=b"--x--\r\n", headers=headers)).ok()
    assert made["username"] == "Guest"
    for other in (b"--y--\r\n", b"--x\r\n", b"--x----x--"):
        answer = await api.post("/create", data=other, headers=headers)
        assert answer.error == (400, "invalid_request")


async def test_forms_are_read_by_auth_create_and_join(api: Api, story: Story) -> None:
    key = (await api.post("/auth", data={"user_name": "Zoë"})).ok()
    assert key["username"] == "Zoë"
    made = (await api.post("/create", data={"name": "Zoë"})).ok()
    assert made["username"] == "Zoë"
    fields = {"magic_key": story.magic_key, "username": "Zoë"}
    assert (await api.post(f"/{story.chat_id}/join", data=fields)).ok()["username"] == "Zoë"
    wrong = await api.post(f"/{story.chat_id}/join", data={"magic_key": made["magic_key"]})
    assert wrong.error == (403, "invalid_invite")


@pytest.mark.parametrize("field", ["body", "message", "text", "content", "new_message", "comment"])
async def test_the_text_of_a_message_is_read_from_any_of_its_fields(
    story: Story, field: str
) -> None:
    bob = story.bob
    for how in ({"json": {field: TEXT}}, {"data": {field: TEXT}}):
        assert (await bob.api.post(bob.path, bob.session_token, **how)).ok()["body"] == TEXT
    assert await said(story) == [TEXT, TEXT]


@pytest.mark.parametrize("scheme", ["", "Bearer ", "bearer ", "BEARER  ", "Token ", "token "])
async def test_a_key_is_read_with_any_scheme_or_none(story: Story, scheme: str) -> None:
    api, path = story.bob.api, story.bob.path
    for key in (story.bob.session_token, story.bob.auth_key):
        answer = await api.get(path, headers={"Authorization": scheme + key})
        assert answer.ok()["username"] == "Bob"
    for key in (story.charlie.session_token, story.charlie.auth_key):
        answer = await api.get(path, headers={"Authorization": scheme + key})
        assert answer.error == (403, "forbidden")
    own = {"Authorization": scheme + story.alice.auth_key}
    assert (await api.post("/create", headers=own)).ok()["username"] == "Alice"


@pytest.mark.parametrize("scheme", ["Bearer", "Bearer ", "Token", "token  ", " "])
async def test_a_scheme_without_a_key_is_refused(story: Story, scheme: str) -> None:
    answer = await story.bob.api.get(story.bob.path, headers={"Authorization": scheme})
    assert answer.error == (401, "missing_credentials")


@pytest.mark.parametrize("header", HEADERS)
async def test_a_key_is_read_from_a_header_of_its_own(story: Story, header: str) -> None:
    api, path = story.bob.api, story.bob.path
    for key in (story.bob.session_token, story.bob.auth_key):
        assert (await api.get(path, headers={header: key})).ok()["username"] == "Bob"
    assert (await api.post(path, headers={header: key}, json={"body": TEXT})).ok()["id"] == 1
    made = await api.post("/create", headers={header: story.alice.auth_key})
    assert made.ok()["username"] == "Alice"
    for key in (story.charlie.session_token, story.charlie.auth_key, "x"):
        assert (await api.get(path, headers={header: key})).error == (403, "forbidden")


@pytest.mark.parametrize("header", HEADERS)
async def test_the_authorization_header_wins_over_the_other_headers(
    story: Story, header: str
) -> None:
    api, path, bob, charlie = story.bob.api, story.bob.path, story.bob, story.charlie
    headers = {header: charlie.session_token}
    assert (await api.get(path, bob.session_token, headers=headers)).ok()["username"] == "Bob"
    headers = {header: bob.session_token}
    answer = await api.get(path, charlie.session_token, headers=headers)
    assert answer.error == (403, "forbidden")


@pytest.mark.parametrize("field", [*HEADERS, "Authorization", "token", "access_token"])
async def test_a_key_in_the_query_a_cookie_or_the_body_is_refused(story: Story, field: str) -> None:
    api, path = story.bob.api, story.bob.path
    for key in (story.bob.session_token, story.bob.auth_key):
        refused = [
            await api.get(f"{path}?{field}={key}"),
            await api.get(path, headers={"Cookie": f"{field}={key}"}),
            await api.post(path, json={"body": TEXT, field: key}),
            await api.post(path, data={"body": TEXT, field: key}),
        ]
        assert {answer.error for answer in refused} == {(401, "missing_credentials")}
    assert await said(story) == []


async def test_a_key_outside_the_headers_does_not_identify_its_owner(
    api: Api, story: Story
) -> None:
    fields = {"username": "Mallory", "auth_key": story.alice.auth_key}
    made = (await api.post(f"/auth?auth_key={story.alice.auth_key}", json=fields)).ok()
    assert made["auth_key"] != story.alice.auth_key
    assert (await api.post("/create", json=fields)).ok()["username"] == "Mallory"
    assert (await api.post("/create", story.alice.auth_key)).ok()["username"] == "Alice"


async def test_a_client_that_polls_on_a_timer_is_never_held(story: Story) -> None:
    async with asyncio.timeout(NEVER_HELD):
        assert (await story.bob.read())["messages"] == []
        assert (await story.bob.read(since=0))["messages"] == []
        await story.alice.say(TEXT)
        assert len((await story.bob.read(since=0))["messages"]) == 1
        assert (await story.bob.read(since=1))["messages"] == []


async def test_unknown_fields_and_parameters_are_ignored(story: Story) -> None:
    bob = story.bob
    sent = {"body": TEXT, "color": "red", "nested": {"a": [1, None]}, "id": 77}
    assert (await bob.api.post(bob.path, bob.session_token, json=sent)).ok()["id"] == 1
    assert (await bob.read(since=0, _="1700000000", format="json"))["last_id"] == 1

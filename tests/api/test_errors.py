"""Every error has a code and a sentence, and reveals nothing else."""

import asyncio
from itertools import product

import aiohttp
import pytest

from tests.support.answers import is_error, is_guarded, without_date
from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.load_clients import until_held
from tests.support.server_process import Server

NOWHERE = 100000000001  # an id that no chat has

PATHS = ["/nothing", "/create/", "/auth/x", "/chat/", "/chat/abc", "/favicon.ico", "/a/b/c"]
PATHS += ["/static/nothing.js", "/static/x", "/1/join/2", "/%00", "/%FF"]

UNUSED_IDS = ["1", "9" * 18]
MALFORMED_IDS = [
    "0",
    "007",
    "0" * 18,
    "1" * 19,
    "9" * 400,
    "-1",
    "+1",
    "1.0",
    "1e3",
    "%D9%A1%D9%A2",
    "%C2%B2",
    "1%00",
]

METHODS = {
    ("GET", "/auth"): "POST",
    ("PUT", "/create"): "POST",
    ("GET", "/1/join"): "POST",
    ("PATCH", "/1"): "GET",
    ("POST", "/"): "GET",
    ("DELETE", "/healthz"): "GET",
}


@pytest.mark.parametrize("path", PATHS)
async def test_an_unknown_path_is_not_found(api: Api, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert is_error(await api.call(method, path), 404, "not_found")


@pytest.mark.parametrize(("method", "path"), METHODS)
async def test_the_refusal_of_a_wrong_method_lists_the_allowed_methods(
    api: Api, method: str, path: str
) -> None:
    answer = await api.call(method, path)
    assert is_error(answer, 405, "method_not_allowed")
    assert METHODS[method, path] in answer.headers["Allow"].split(", ")
    assert method not in answer.headers["Allow"]


@pytest.mark.parametrize("chat_id", UNUSED_IDS)
async def test_an_unused_chat_id_is_refused_like_a_chat_of_others(
    story: Story, chat_id: str
) -> None:
    token = story.charlie.session_token
    assert is_error(await story.bob.api.get(f"/{chat_id}", token), 403, "forbidden")
    assert is_error(await story.bob.api.get(f"/{chat_id}"), 401, "missing_credentials")


@pytest.mark.parametrize("chat_id", MALFORMED_IDS)
async def test_a_chat_id_that_is_not_a_number_is_not_found(story: Story, chat_id: str) -> None:
    for path in (f"/{chat_id}", f"/{chat_id}/join", f"/chat/{chat_id}"):
        assert is_error(await story.bob.api.get(path, story.bob.session_token), 404, "not_found")


async def test_leading_zeros_do_not_open_a_chat_to_outsiders(story: Story) -> None:
    path = f"/000{story.chat_id}"
    for person in (story.bob, story.charlie):
        assert is_error(await story.bob.api.get(path, person.auth_key), 404, "not_found")


async def test_a_refusal_does_not_reveal_whether_a_chat_exists(story: Story) -> None:
    api = story.bob.api
    strangers = (story.charlie.session_token, story.charlie.auth_key, "x" * 33, story.magic_key)
    queries, bodies = ("", "?since=0&wait=1&epoch=x", "?since=x"), (b'{"body": "hi"}', b"{")
    chats = (f"/{story.chat_id}", f"/{NOWHERE}", "/7")
    refusals = [await api.get(a + b, key) for a, b, key in product(chats, queries, strangers)]
    refusals += [await api.post(a, key, data=b) for a, b, key in product(chats, bodies, strangers)]
    own = (story.alice.session_token, story.alice.auth_key)
    refusals += [await api.get(f"/{NOWHERE}", key) for key in own]
    assert is_error(refusals[0], 403, "forbidden")
    assert all(without_date(refusal) == without_date(refusals[0]) for refusal in refusals)


async def test_a_request_without_a_credential_gets_the_same_answer_for_every_chat(
    story: Story,
) -> None:
    api = story.bob.api
    paths = (f"/{story.chat_id}", f"/{NOWHERE}", "/7")
    refusals = [await api.call(method, path) for path in paths for method in ("GET", "POST")]
    assert is_error(refusals[0], 401, "missing_credentials")
    assert refusals[0].headers["WWW-Authenticate"] == "Bearer"
    assert all(without_date(refusal) == without_date(refusals[0]) for refusal in refusals)


async def test_a_poll_is_answered_when_the_server_stops(fresh_server: Server) -> None:
    async with Api(fresh_server.url) as api:
        story = await new_story(api)
        held = asyncio.create_task(story.bob.try_to_read(story.chat_id, since=0, wait=30))
        await until_held(fresh_server, held)
        assert await asyncio.to_thread(fresh_server.stop) == 0
        answer = await held
    assert is_error(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0


async def test_every_answer_has_the_security_headers(story: Story) -> None:
    api, token = story.bob.api, story.bob.session_token
    paths = ("/", "/username", f"/chat/{NOWHERE}", "/healthz", "/openapi.json", story.bob.path)
    answers = [await api.get(path, token) for path in paths]
    answers.append(await api.post("/create"))
    answers.append(await api.get(story.bob.path, headers={"Accept": "text/html"}))
    answers += [await api.call("OPTIONS", path) for path in ("/create", "/no")]
    assert all(is_guarded(answer) for answer in answers)
    for answer in answers:
        assert "Strict-Transport-Security" not in answer.headers


async def test_head_is_answered_like_get_but_without_a_body(story: Story) -> None:
    bearer = {"Authorization": f"Bearer {story.bob.session_token}"}
    async with aiohttp.ClientSession(story.bob.api.url, headers=bearer) as session:
        for path in ("/", "/healthz", f"/chat/{NOWHERE}", f"/{story.chat_id}?since=0"):
            async with session.get(path) as got, session.head(path) as head:
                assert (head.status, await head.read()) == (200, b"")
                assert head.content_type == got.content_type
                assert head.headers["X-Content-Type-Options"] == "nosniff"
        async with session.head(f"/{NOWHERE}") as head:
            assert (head.status, await head.read()) == (403, b"")


async def test_options_lists_the_methods_and_reveals_nothing_of_the_chat(story: Story) -> None:
    answers = [await story.bob.api.call("OPTIONS", f"/{id_}") for id_ in (story.chat_id, NOWHERE)]
    assert {answer.status for answer in answers} == {200}
    assert {"GET", "HEAD", "POST", "OPTIONS"} <= set(answers[0].headers["Allow"].split(", "))
    assert without_date(answers[0])[2] == without_date(answers[1])[2] == b""

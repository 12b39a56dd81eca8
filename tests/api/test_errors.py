"""Whatever goes wrong is told as one code and one sentence, and tells no more than that."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from io import BytesIO
from itertools import product

import aiohttp
import pytest

from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Story, tell
from tests.support.server_process import Server

LARGEST = 64 * 1024  # bytes of a request's body
NOWHERE = 100000000001  # the id of no chat

PATHS = ["/nothing", "/create/", "/auth/x", "/chat/", "/chat/abc", "/favicon.ico", "/a/b/c"]
PATHS += ["/static/nothing.js", "/static/x/../../pyproject.toml", "/1/join/2", "/%00", "/%FF"]

NO_CHATS = ["0", "1", "9" * 18, "0" * 18]
NO_CHAT_IDS = ["1" * 19, "9" * 400, "-1", "+1", "1.0", "1e3", "%D9%A1%D9%A2", "%C2%B2", "1%00"]

METHODS = {
    ("GET", "/auth"): "POST",
    ("PUT", "/create"): "POST",
    ("GET", "/1/join"): "POST",
    ("PATCH", "/1"): "GET",
    ("POST", "/"): "GET",
    ("DELETE", "/healthz"): "GET",
}


def wire(answer: Answer) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return everything that went over the wire, but for the time of day."""
    headers = [pair for pair in answer.headers.items() if pair[0].lower() != "date"]
    return answer.status, headers, answer.body


def guarded(answer: Answer) -> bool:
    """Tell whether the answer keeps browsers from leaking and from running foreign code."""
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    return (
        headers["X-Content-Type-Options"] == "nosniff"
        and "Server" not in headers
        and "Set-Cookie" not in headers
        and (
            headers["Content-Type"] == "application/json"
            or (
                "default-src 'none'" in policy
                and "unsafe" not in policy
                and headers["Referrer-Policy"] == "no-referrer"
                and headers["Cross-Origin-Resource-Policy"] == "same-origin"
                and "camera=()" in headers["Permissions-Policy"]
            )
        )
    )


def told(answer: Answer, status: int, code: str) -> bool:
    """Tell whether this is that error, and said in the one shape that errors have."""
    assert (*answer.error, set(answer.json)) == (status, code, {"error", "message"})
    assert answer.headers["Content-Type"] == "application/json"
    return answer.json["message"].endswith(".") and guarded(answer)


@pytest.mark.parametrize("path", PATHS)
async def test_an_unknown_path_is_not_found(api: Api, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert told(await api.call(method, path), 404, "not_found")


@pytest.mark.parametrize(("method", "path"), METHODS)
async def test_a_wrong_method_is_told_the_right_one(api: Api, method: str, path: str) -> None:
    answer = await api.call(method, path)
    assert told(answer, 405, "method_not_allowed")
    assert METHODS[method, path] in answer.headers["Allow"].split(", ")
    assert method not in answer.headers["Allow"]


@pytest.mark.parametrize("chat_id", NO_CHATS)
async def test_any_number_might_be_a_chat(story: Story, chat_id: str) -> None:
    token = story.charlie.session_token
    assert told(await story.bob.api.get(f"/{chat_id}", token), 403, "forbidden")
    assert told(await story.bob.api.get(f"/{chat_id}"), 401, "missing_credentials")


@pytest.mark.parametrize("chat_id", NO_CHAT_IDS)
async def test_what_is_no_number_is_no_chat(story: Story, chat_id: str) -> None:
    for path in (f"/{chat_id}", f"/{chat_id}/join", f"/chat/{chat_id}"):
        assert told(await story.bob.api.get(path, story.bob.session_token), 404, "not_found")


async def test_a_chat_with_zeros_before_it_is_open_to_nobody_else(story: Story) -> None:
    path = f"/000{story.chat_id}"
    assert told(await story.bob.api.get(path, story.charlie.auth_key), 403, "forbidden")
    assert (await story.bob.api.get(path, story.bob.auth_key)).status in {200, 403}


async def test_nobody_learns_which_chats_exist(story: Story) -> None:
    api = story.bob.api
    strangers = (story.charlie.session_token, story.charlie.auth_key, "x" * 33, story.magic_key)
    queries, bodies = ("", "?since=0&wait=1&epoch=x", "?since=x"), (b'{"body": "hi"}', b"{")
    chats = (f"/{story.chat_id}", f"/{NOWHERE}", "/7")
    refusals = [await api.get(a + b, key) for a, b, key in product(chats, queries, strangers)]
    refusals += [await api.post(a, key, data=b) for a, b, key in product(chats, bodies, strangers)]
    own = (story.alice.session_token, story.alice.auth_key)
    refusals += [await api.get(f"/{NOWHERE}", key) for key in own]
    assert told(refusals[0], 403, "forbidden")
    assert all(wire(refusal) == wire(refusals[0]) for refusal in refusals)


async def test_who_sends_no_credential_is_asked_for_one_everywhere_alike(story: Story) -> None:
    api = story.bob.api
    paths = (f"/{story.chat_id}", f"/{NOWHERE}", "/7")
    refusals = [await api.call(method, path) for path in paths for method in ("GET", "POST")]
    assert told(refusals[0], 401, "missing_credentials")
    assert refusals[0].headers["WWW-Authenticate"] == "Bearer"
    assert all(wire(refusal) == wire(refusals[0]) for refusal in refusals)


@pytest.mark.parametrize("data", [b"{", b"[]", b"1", b'"x"', b"null", b"username=A", b"\xff"])
async def test_a_body_is_an_object(api: Api, data: bytes) -> None:
    for path in ("/auth", "/create", f"/{NOWHERE}/join"):
        assert told(await api.post(path, data=data), 400, "invalid_request")


def padded(size: int) -> bytes:
    return b'{"username": "Alice"}'.ljust(size)


async def in_chunks(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 5000):
        yield data[start : start + 5000]


async def test_a_body_may_have_64_kib_and_no_more(api: Api) -> None:
    for data in (padded(LARGEST), in_chunks(padded(LARGEST))):
        assert (await api.post("/auth", data=data)).ok()["username"] == "Alice"
    for data in (padded(LARGEST + 1), in_chunks(padded(LARGEST + 1))):
        assert told(await api.post("/auth", data=data), 413, "too_large")
    assert (await api.get("/healthz")).ok() == {"status": "ok"}


@pytest.mark.parametrize("size", [200_000, 5_000_000])
async def test_who_sends_far_too_much_still_gets_to_read_why(
    api: Api, story: Story, size: int
) -> None:
    """A server that hangs up on unread bytes takes its answer with it."""
    stranger = story.charlie.session_token
    for _ in range(20):
        sent = [BytesIO(b"x" * size) for _ in range(3)]
        assert told(await api.post("/auth", data=sent[0]), 413, "too_large")
        refused = await api.post(story.alice.path, stranger, data=sent[1])
        assert refused.error == (403, "forbidden")
        assert (await api.post("/nowhere", data=sent[2])).error == (404, "not_found")


async def poured(api: Api, head: str, data: bytes) -> bytes:
    """Send a body without looking up, and return what came back before the hang-up."""
    reader, writer = await asyncio.open_connection(*api.url.removeprefix("http://").split(":"))
    writer.write(head.encode() + b"Host: x\r\n\r\n" + data)
    answer = b""
    try:
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(LARGEST):
                answer += chunk
    finally:
        writer.close()
    return answer


HUGE = 10_000_000_000  # bytes announced
POURED = 10_000_000  # bytes sent, then nothing more
AS_ONE = f"POST /create HTTP/1.1\r\nContent-Length: {HUGE}\r\n"
AS_CHUNK = "POST /create HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(("head", "before"), [(AS_ONE, b""), (AS_CHUNK, b"%x\r\n" % HUGE)])
async def test_a_huge_body_ends_the_connection(api: Api, head: str, before: bytes) -> None:
    async with asyncio.timeout(10):
        answer = await poured(api, head, before + b" " * POURED)
    assert b"413" in answer.partition(b"\r\n")[0]
    assert answer.endswith(b'"message":"The body is larger than 64 KiB."}')
    assert (await api.get("/healthz")).ok() == {"status": "ok"}


async def test_a_poll_is_answered_when_the_server_stops(fresh_server: Server) -> None:
    async with Api(fresh_server.url) as api:
        story = await tell(api)
        held = asyncio.create_task(story.bob.try_to_read(story.chat_id, since=0, wait=30))
        await story.alice.read(since=0, wait=0.3)  # the other poll came before this one
        assert await asyncio.to_thread(fresh_server.stop) == 0
        answer = await held
    assert told(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0


async def test_every_answer_is_guarded(story: Story) -> None:
    api, token = story.bob.api, story.bob.session_token
    paths = ("/", "/username", f"/chat/{NOWHERE}", "/healthz", "/openapi.json", story.bob.path)
    answers = [await api.get(path, token) for path in paths]
    answers.append(await api.post("/create"))
    answers.append(await api.get(story.bob.path, headers={"Accept": "text/html"}))
    answers += [await api.call("OPTIONS", path) for path in ("/create", "/no")]
    assert all(guarded(answer) for answer in answers)
    for answer in answers:
        assert "Strict-Transport-Security" not in answer.headers


async def test_head_is_get_without_the_body(story: Story) -> None:
    bearer = {"Authorization": f"Bearer {story.bob.session_token}"}
    async with aiohttp.ClientSession(story.bob.api.url, headers=bearer) as session:
        for path in ("/", "/healthz", f"/chat/{NOWHERE}", f"/{story.chat_id}?since=0"):
            async with session.get(path) as got, session.head(path) as head:
                assert (head.status, await head.read()) == (200, b"")
                assert head.content_type == got.content_type
                assert head.headers["X-Content-Type-Options"] == "nosniff"
        async with session.head(f"/{NOWHERE}") as head:
            assert (head.status, await head.read()) == (403, b"")


async def test_options_tell_the_methods_and_nothing_of_the_chat(story: Story) -> None:
    answers = [await story.bob.api.call("OPTIONS", f"/{id_}") for id_ in (story.chat_id, NOWHERE)]
    assert {answer.status for answer in answers} == {200}
    assert {"GET", "HEAD", "POST", "OPTIONS"} <= set(answers[0].headers["Allow"].split(", "))
    assert wire(answers[0])[2] == wire(answers[1])[2] == b""

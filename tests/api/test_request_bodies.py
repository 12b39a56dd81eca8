"""Request bodies have at most 64 KiB, and larger ones are refused with a readable answer."""

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from io import BytesIO

import pytest

from tests.support.answers import is_error
from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.raw_socket import send, statuses
from tests.support.server_process import Server, patched
from tests.support.waiting import PATIENCE

NOWHERE = 100000000001  # an id that no chat has
TOO_LARGE = b'{"body": "hi", "magic_key": "x"}'.ljust(64 * 1024 + 1)

LARGEST = 64 * 1024  # bytes of a request's body
HUGE = 10_000_000_000  # bytes announced
SENT = 10_000_000  # bytes sent, then nothing more
WITH_LENGTH = f"POST /create HTTP/1.1\r\nContent-Length: {HUGE}\r\n"
CHUNKED = "POST /create HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"


async def test_a_large_body_is_refused_in_a_chat_and_reveals_nothing_to_strangers(
    story: Story,
) -> None:
    api, path = story.bob.api, story.bob.path
    for key in (story.bob.session_token, story.bob.auth_key):
        assert (await api.post(path, key, data=TOO_LARGE)).error == (413, "too_large")
    strangers = [
        await api.post(f"/{chat_id}", story.charlie.session_token, data=TOO_LARGE)
        for chat_id in (story.chat_id, NOWHERE)
    ]
    strangers.append(await api.get(f"/{NOWHERE}", story.charlie.session_token))
    assert {answer.error for answer in strangers} == {(403, "forbidden")}
    assert len({answer.body for answer in strangers}) == 1
    for chat_id in (story.chat_id, NOWHERE):
        joining = await api.post(f"/{chat_id}/join", data=TOO_LARGE)
        assert joining.error == (413, "too_large")
    assert (await story.alice.read())["messages"] == []


@pytest.mark.parametrize("data", [b"{", b"[]", b"1", b'"x"', b"null", b"username=A", b"\xff"])
async def test_a_body_that_is_not_an_object_is_refused(api: Api, data: bytes) -> None:
    for path in ("/auth", "/create", f"/{NOWHERE}/join"):
        assert is_error(await api.post(path, data=data), 400, "invalid_request")


def padded(size: int) -> bytes:
    return b'{"username": "Alice"}'.ljust(size)


async def in_chunks(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), 5000):
        yield data[start : start + 5000]


async def test_a_body_may_have_64_kib_and_no_more(api: Api) -> None:
    for data in (padded(LARGEST), in_chunks(padded(LARGEST))):
        assert (await api.post("/auth", data=data)).ok()["username"] == "Alice"
    for data in (padded(LARGEST + 1), in_chunks(padded(LARGEST + 1))):
        assert is_error(await api.post("/auth", data=data), 413, "too_large")
    assert (await api.get("/healthz")).ok() == {"status": "ok"}


@pytest.fixture(scope="module")
def patient_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits for the rest of a body even on a busy machine."""
    command = patched("watchparty.web.middleware.exchange", DRAIN_TIMEOUT="60")
    with Server(tmp_path_factory.mktemp("patient"), command) as server:
        yield server


@pytest.mark.parametrize("size", [200_000, 5_000_000])
async def test_a_sender_of_a_far_too_large_body_still_receives_the_refusal(
    patient_server: Server, size: int
) -> None:
    """If a server closes while bytes are unread, the TCP reset discards its answer."""
    async with Api(patient_server.url) as api:
        story = await new_story(api)
        stranger = story.charlie.session_token
        for _ in range(20):
            sent = [BytesIO(b"x" * size) for _ in range(3)]
            assert is_error(await api.post("/auth", data=sent[0]), 413, "too_large")
            refused = await api.post(story.alice.path, stranger, data=sent[1])
            assert refused.error == (403, "forbidden")
            assert (await api.post("/nowhere", data=sent[2])).error == (404, "not_found")


async def send_blindly(api: Api, head: str, data: bytes) -> bytes:
    """Send a body without reading; then return all bytes that the server sent before closing."""
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


@pytest.mark.parametrize(("head", "before"), [(WITH_LENGTH, b""), (CHUNKED, b"%x\r\n" % HUGE)])
async def test_a_huge_body_ends_the_connection(api: Api, head: str, before: bytes) -> None:
    async with asyncio.timeout(PATIENCE):
        answer = await send_blindly(api, head, before + b" " * SENT)
    assert b"413" in answer.partition(b"\r\n")[0]
    assert answer.endswith(b'"message":"The body is larger than 64 KiB."}')
    assert (await api.get("/healthz")).ok() == {"status": "ok"}


async def test_a_poll_is_held_only_after_its_body_has_arrived(server: Server, story: Story) -> None:
    """If the server answered earlier, the client could lose the answer with the connection."""
    await story.alice.say("Is anybody there?")
    head = f"GET {story.bob.path}?since=0&wait=25 HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n"
    bearer = f"Authorization: Bearer {story.bob.session_token}\r\n\r\n"
    half = b" " * 30_000
    first = (head + bearer).encode() + half
    assert statuses(await send(server, [first])) == []
    answer = await send(server, [first, half])
    assert statuses(answer) == [200]
    assert b"Is anybody there?" in answer
    refusal = await story.charlie.try_to_read(story.chat_id, since=0)
    assert refusal.error == (403, "forbidden")


async def test_a_compressed_body_is_refused_with_the_reason(story: Story) -> None:
    zipped = gzip.compress(b'{"body": "hi"}')
    how = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    for person, error in (
        (story.bob, (415, "unsupported_media_type")),
        (story.charlie, (403, "forbidden")),
    ):
        answer = await person.api.post(
            story.bob.path, person.session_token, data=zipped, headers=how
        )
        assert answer.error == error
    plain = {"Content-Encoding": "identity"}
    said = await story.bob.api.post(
        story.bob.path, story.bob.session_token, data=b'{"body": "hi"}', headers=plain
    )
    assert said.ok()["id"] == 1


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
async def test_a_byte_order_mark_before_json_is_ignored(story: Story, content_type: str) -> None:
    data = b"\xef\xbb\xbf" + b'{"body": "1 + 1 = 2"}'
    headers = {"Content-Type": content_type}
    answer = await story.bob.api.post(
        story.bob.path, story.bob.session_token, data=data, headers=headers
    )
    assert answer.ok()["body"] == "1 + 1 = 2"
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_a_byte_order_mark_before_a_poll_of_many_chats_is_ignored(story: Story) -> None:
    for person, answered in ((story.bob, "messages"), (story.charlie, "error")):
        place = {"token": person.session_token, "since": 0, "rev": 0}
        asked = json.dumps({"chats": {f"{story.chat_id}": place}}).encode()
        answer = await person.api.post("/poll", data=b"\xef\xbb\xbf" + asked)
        assert answered in answer.ok()["chats"][f"{story.chat_id}"]

"""Broken HTTP on a socket cannot smuggle in a request, and does not disturb other clients."""

import asyncio
import json

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story
from tests.support.raw_socket import KB, SECRET, assert_unharmed, send, statuses
from tests.support.server_process import Server

HOSTS = ["..", ".", "a..b", ".a", "a" * 64, "a" * 64 + ":80"]
TARGETS = ["?", "?x", "http://[", "http://[x]/", "http%3a//[", "http://party.test"]
OVERLONG = ["a" * 256, "a/" * 3000, "a" * 8000]


def post_of(story: Story, body: str) -> bytes:
    """Return the request with which Alice posts a message."""
    said = f'{{"body": "{body}"}}'.encode()
    head = f"POST /{story.chat_id} HTTP/1.1\r\nHost: party.test\r\nContent-Length: {len(said)}\r\n"
    return f"{head}Authorization: Bearer {story.alice.session_token}\r\n\r\n".encode() + said


AUTH = b"POST /auth HTTP/1.1\r\nHost: a\r\n"
CHUNKS = AUTH + b"Transfer-Encoding: chunked\r\n"

BROKEN = {
    "not HTTP": b"Hello, is this a watch party?\r\n\r\n",
    "HTTP/0.9": b"GET /healthz\r\n\r\n",
    "a version in words": b"GET /healthz HTTP/one\r\nHost: a\r\n\r\n",
    "a version with three numbers": b"GET /healthz HTTP/1.1.1\r\nHost: a\r\n\r\n",
    "no method": b" /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "NUL in the target": b"GET /health\0z HTTP/1.1\r\nHost: a\r\n\r\n",
    "NUL in a header": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
    "NUL in a header's name": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX\0: a\r\n\r\n",
    "a space before the colon": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n",
    "a header without a colon": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
    "a folded line before any header": b"GET /healthz HTTP/1.1\r\n X: a\r\nHost: a\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "an overlong header": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 70 * KB,
    "too many headers": b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 12 * KB,
    "a request line that never ends": b"GET /" + b"a" * 70 * KB,
    "a negative length": AUTH + b"Content-Length: -2\r\n\r\n{}",
    "a length in words": AUTH + b"Content-Length: two\r\n\r\n{}",
    "a length with a sign": AUTH + b"Content-Length: +2\r\n\r\n{}",
    "a length in hex": AUTH + b"Content-Length: 0x2\r\n\r\n{}",
    "a length of 20 digits": AUTH + b"Content-Length: " + b"9" * 20 + b"\r\n\r\n{}",
    "two lengths": AUTH + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
    "two lengths in one header": AUTH + b"Content-Length: 2, 40\r\n\r\n{}",
    "a length, then chunks": AUTH
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks, then a length": CHUNKS + b"Content-Length: 5\r\n\r\n0\r\n\r\n",
    "an unknown encoding": AUTH + b"Transfer-Encoding: party\r\n\r\n0\r\n\r\n",
    "two chunked encodings": CHUNKS + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a negative chunk size": CHUNKS + b"\r\n-1\r\n",
    "a chunk size in words": CHUNKS + b"\r\none\r\n{\r\n",
    "a chunk size with 0x": CHUNKS + b"\r\n0x1\r\n{\r\n",
    "a chunk size of 30 digits": CHUNKS + b"\r\n" + b"f" * 30 + b"\r\n",
    "a chunk longer than its size": CHUNKS + b"\r\n1\r\n{}{}{}\r\n",
    "chunks in HTTP/1.0": CHUNKS.replace(b"1.1", b"1.0") + b"\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
async def test_nothing_after_a_broken_request_is_executed(
    impatient_server: Server, secret_story: Story, broken: bytes
) -> None:
    """The end of a broken request is unknown, so Alice's request may be a part of its body."""
    answer = await send(impatient_server, [broken + post_of(secret_story, "smuggled")])
    assert len(statuses(answer)) == 1
    assert statuses(answer)[0] in {400, 413, 431, 501}
    await assert_unharmed(secret_story)


async def test_requests_in_one_packet_are_answered_in_their_order(
    impatient_server: Server, secret_story: Story
) -> None:
    get = f"GET /{secret_story.chat_id} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n\r\n"
    bob = (get % secret_story.bob.session_token).encode()
    charlie = (get % secret_story.charlie.session_token).encode()
    answer = await send(
        impatient_server, [bob + charlie + bob + b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"]
    )
    assert statuses(answer) == [200, 403, 200, 200]
    assert answer.count(SECRET.encode()) == 2
    await assert_unharmed(secret_story)


async def test_a_request_cut_off_at_any_byte_has_no_effect(
    impatient_server: Server, secret_story: Story
) -> None:
    whole = post_of(secret_story, "torn")
    for end in range(len(whole)):
        assert statuses(await send(impatient_server, [whole[:end]])) == []
    await assert_unharmed(secret_story)
    assert statuses(await send(impatient_server, [whole[:99], whole[99:]])) == [200]


async def ask(server: Server, target: str, *headers: str) -> tuple[int, dict[str, str]]:
    """Send a request exactly as given; return the status and the JSON."""
    address = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(*address)
    lines = [f"GET {target} HTTP/1.1", *headers, "Connection: close", "", ""]
    writer.write("\r\n".join(lines).encode())
    async with asyncio.timeout(20):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    assert b"x-content-type-options" in head.lower()
    return int(head.split()[1]), json.loads(body)


@pytest.mark.parametrize("host", HOSTS)
async def test_an_invalid_host_is_refused(
    impatient_server: Server, secret_story: Story, host: str
) -> None:
    for path in ("/", secret_story.bob.path, "/static/x", "/nowhere"):
        status, answer = await ask(impatient_server, path, f"Host: {host}")
        assert (status, answer["error"]) == (400, "invalid_request")
        assert "Host" in answer["message"]


@pytest.mark.parametrize("target", TARGETS)
async def test_an_invalid_target_is_refused(server: Server, target: str) -> None:
    status, answer = await ask(server, target, "Host: party.test")
    assert (status, answer["error"]) == (400, "invalid_request")
    assert "target" in answer["message"]


async def test_a_target_in_absolute_form_is_accepted(server: Server) -> None:
    assert await ask(server, "http://party.test/healthz", "Host: party.test") == (
        200,
        {"status": "ok"},
    )


@pytest.mark.parametrize("rest", OVERLONG, ids=len)
async def test_an_overlong_path_is_not_found(server: Server, api: Api, rest: str) -> None:
    page = (await api.get("/")).body.decode()
    static = page.partition('stylesheet" href="')[2].partition("/css/")[0]
    for path in (f"{static}/{rest}", f"/{rest}", f"/chat/{rest}"):
        status, answer = await ask(server, path, "Host: party.test")
        assert (status, answer["error"]) == (404, "not_found")

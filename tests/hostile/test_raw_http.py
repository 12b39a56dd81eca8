"""Whatever comes over a socket, no request is taken for another, and everybody else is served."""

from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, tell
from tests.support.raw_socket import an_impatient_server, send, statuses
from tests.support.server_process import Server

SECRET = "Just between us"
KB = 1024

Packets = list[bytes]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with an_impatient_server(tmp_path_factory.mktemp("raw"), seconds=1) as server:
        yield server


@pytest.fixture
async def story(server: Server) -> AsyncIterator[Story]:
    async with Api(server.url) as api:
        story = await tell(api)
        await story.alice.say(SECRET)
        yield story


async def is_well(story: Story) -> None:
    """The chat is as it was, and the outsider outside."""
    assert [message["body"] for message in (await story.bob.read())["messages"]] == [SECRET]
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


def to_say(story: Story, body: str) -> bytes:
    """Return what Alice's client sends to say something."""
    said = f'{{"body": "{body}"}}'.encode()
    head = f"POST /{story.chat_id} HTTP/1.1\r\nHost: party.test\r\nContent-Length: {len(said)}\r\n"
    return f"{head}Authorization: Bearer {story.alice.session_token}\r\n\r\n".encode() + said


AUTH = b"POST /auth HTTP/1.1\r\nHost: a\r\n"
CHUNKS = AUTH + b"Transfer-Encoding: chunked\r\n"

BROKEN = {
    "no HTTP": b"Hello, is this a watch party?\r\n\r\n",
    "HTTP/0.9": b"GET /healthz\r\n\r\n",
    "a version in words": b"GET /healthz HTTP/one\r\nHost: a\r\n\r\n",
    "a version of three numbers": b"GET /healthz HTTP/1.1.1\r\nHost: a\r\n\r\n",
    "no method": b" /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "NUL in the target": b"GET /health\0z HTTP/1.1\r\nHost: a\r\n\r\n",
    "NUL in a header": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
    "NUL in a header's name": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX\0: a\r\n\r\n",
    "a space before the colon": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n",
    "a header without a colon": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
    "a fold before any header": b"GET /healthz HTTP/1.1\r\n X: a\r\nHost: a\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a header too long": b"GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 70 * KB,
    "headers too many": b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"X: a\r\n" * 12 * KB,
    "a request line without end": b"GET /" + b"a" * 70 * KB,
    "a length below zero": AUTH + b"Content-Length: -2\r\n\r\n{}",
    "a length in words": AUTH + b"Content-Length: two\r\n\r\n{}",
    "a length with a sign": AUTH + b"Content-Length: +2\r\n\r\n{}",
    "a length in hex": AUTH + b"Content-Length: 0x2\r\n\r\n{}",
    "a length beyond any": AUTH + b"Content-Length: " + b"9" * 20 + b"\r\n\r\n{}",
    "two lengths": AUTH + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
    "two lengths in one": AUTH + b"Content-Length: 2, 40\r\n\r\n{}",
    "a length, then chunks": AUTH
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks, then a length": CHUNKS + b"Content-Length: 5\r\n\r\n0\r\n\r\n",
    "an encoding nobody knows": AUTH + b"Transfer-Encoding: party\r\n\r\n0\r\n\r\n",
    "chunked twice": CHUNKS + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk below zero": CHUNKS + b"\r\n-1\r\n",
    "a chunk in words": CHUNKS + b"\r\none\r\n{\r\n",
    "a chunk with 0x": CHUNKS + b"\r\n0x1\r\n{\r\n",
    "a chunk beyond any": CHUNKS + b"\r\n" + b"f" * 30 + b"\r\n",
    "a chunk longer than it says": CHUNKS + b"\r\n1\r\n{}{}{}\r\n",
    "chunks in HTTP/1.0": CHUNKS.replace(b"1.1", b"1.0") + b"\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
async def test_what_follows_a_broken_request_is_not_done(
    server: Server, story: Story, broken: bytes
) -> None:
    """Where it ends nobody knows: what looks like Alice's words may be part of it."""
    answer = await send(server, [broken + to_say(story, "smuggled")])
    assert len(statuses(answer)) == 1
    assert statuses(answer)[0] in {400, 413, 431, 501}
    await is_well(story)


async def test_requests_in_one_packet_are_answered_in_their_order(
    server: Server, story: Story
) -> None:
    get = f"GET /{story.chat_id} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n\r\n"
    bob = (get % story.bob.session_token).encode()
    charlie = (get % story.charlie.session_token).encode()
    answer = await send(server, [bob + charlie + bob + b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"])
    assert statuses(answer) == [200, 403, 200, 200]
    assert answer.count(SECRET.encode()) == 2
    await is_well(story)


async def test_a_torn_request_does_nothing_wherever_it_is_torn(
    server: Server, story: Story
) -> None:
    whole = to_say(story, "torn")
    for end in range(len(whole)):
        assert statuses(await send(server, [whole[:end]])) == []
    await is_well(story)
    assert statuses(await send(server, [whole[:99], whole[99:]])) == [200]


# What requests are made of, right and wrong. The outsider's own chat is CHARLIE's, so that some
# of it gets far; the other is Alice's.
EOL = st.sampled_from([b"\r\n"] * 8 + [b"\n", b"\r", b"\r\r\n"])
METHOD = st.sampled_from(
    [b"GET"] * 3 + [b"POST"] * 3 + [b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"CONNECT", b"PRI"]
)
TARGETS = [b"/", b"/healthz", b"/openapi.json", b"/auth", b"/create", b"/poll", b"/CHARLIE"]
TARGETS += [b"/CHARLIE?since=0", b"/CHARLIE/topic", b"/ALICE", b"/ALICE/join", b"/chat/ALICE%23x"]
TARGETS += [b"*", b"http://party.test/healthz", b"http://[", b"party.test:80", b"//", b"/%00/%ff"]
TARGETS += [b"/\xff", b"/a b", b"/" + b"a" * 3 * KB, b"/?" + b"a" * 20 * KB, b""]
VERSION = st.sampled_from(
    [b"HTTP/1.1"] * 6 + [b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/9.9", b"http/1.1", b""]
)
HEADERS = [b"Host: a", b"Host: ..", b"Host:", b"Connection: close", b"Connection: keep-alive"]
HEADERS += [b"Authorization: Bearer TOKEN", b"Authorization: \xff", b"Idempotency-Key: a"]
HEADERS += [b"Content-Length: 2", b"Content-Length: 0", b"Content-Length: 70000"]
HEADERS += [b"Content-Length: -1", b"Content-Length: 2, 2", b"Content-Length: 1e1"]
HEADERS += [b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip", b"Expect: 100-continue"]
HEADERS += [b"Upgrade: websocket", b"Upgrade: h2c", b"Connection: Upgrade", b"HTTP2-Settings: AA"]
HEADERS += [b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b"Sec-WebSocket-Version: 13"]
HEADERS += [b"X-Forwarded-Proto: \x00", b" folded", b"no colon", b"X" * 20 * KB + b": a"]
HEADERS += [b"Content-Type: multipart/form-data; boundary=x", b"Accept: text/html", b"Range: x"]
BODIES = [b"", b"{}", b'{"username": "Mallory"}', b'{"body": "Hi"}', b"2\r\n{}\r\n0\r\n\r\n"]
BODIES += [b"2;a=b\r\n{}\r\n", b"-1\r\n", b"ffffffffffffffff\r\n", b"0\r\nX: a\r\n\r\n", b"\0"]
BODIES += [b"SM\r\n\r\n", b"\0\0\0\4\0\0\0\0\0", b"x" * 70 * KB]


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """One request, or what is meant to be one."""
    eol = draw(EOL)
    line = b" ".join([draw(METHOD), draw(st.sampled_from(TARGETS)), draw(VERSION)])
    headers = draw(st.lists(st.sampled_from(HEADERS), max_size=6))
    usual = [b"Host: a", b"Authorization: Bearer TOKEN"] if draw(st.booleans()) else []
    return eol.join([line, *usual, *headers, b"", draw(st.sampled_from(BODIES))])


@st.composite
def streams(draw: st.DrawFn) -> Packets:
    """A few of them, and random bytes, torn off anywhere and in any packets."""
    whole = b"".join(draw(st.lists(requests() | st.binary(max_size=40), min_size=1, max_size=3)))
    cuts = sorted(draw(st.lists(st.integers(0, len(whole)), max_size=2)))
    end = draw(st.just(len(whole)) | st.integers(0, len(whole)))
    return [part for a, b in zip([0, *cuts], [*cuts, end], strict=True) if (part := whole[a:b])]


@settings(
    max_examples=100,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(packets=streams())
async def test_any_bytes_leave_the_server_well(
    server: Server, story: Story, packets: Packets
) -> None:
    names = {b"ALICE": f"{story.chat_id}", b"CHARLIE": f"{story.charlie.chat_id}"}
    names |= {b"TOKEN": story.charlie.session_token}
    for name, value in names.items():
        packets = [packet.replace(name, value.encode()) for packet in packets]
    answer = await send(server, packets)
    assert not {500, 502, 503, 504} & set(statuses(answer))  # 501 and 505 are fair
    assert SECRET.encode() not in answer
    await is_well(story)

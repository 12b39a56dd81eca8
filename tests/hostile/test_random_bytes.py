"""Random bytes on a socket leave the server and its chats unharmed."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.api_fixtures import Story
from tests.support.raw_socket import KB, SECRET, assert_unharmed, send, statuses
from tests.support.server_process import Server

Packets = list[bytes]
# Valid and invalid parts of requests. CHARLIE stands for the chat of the outsider who sends
# the requests, so that some succeed; ALICE stands for the chat that he must not reach.
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
    """Draw one request, valid or not."""
    eol = draw(EOL)
    request_line = b" ".join([draw(METHOD), draw(st.sampled_from(TARGETS)), draw(VERSION)])
    headers = draw(st.lists(st.sampled_from(HEADERS), max_size=6))
    required = [b"Host: a", b"Authorization: Bearer TOKEN"] if draw(st.booleans()) else []
    return eol.join([request_line, *required, *headers, b"", draw(st.sampled_from(BODIES))])


@st.composite
def streams(draw: st.DrawFn) -> Packets:
    """Draw a few requests and random bytes, cut off anywhere and split into packets."""
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
async def test_random_bytes_do_not_harm_the_server(
    impatient_server: Server, secret_story: Story, packets: Packets
) -> None:
    names = {b"ALICE": f"{secret_story.chat_id}", b"CHARLIE": f"{secret_story.charlie.chat_id}"}
    names |= {b"TOKEN": secret_story.charlie.session_token}
    for name, value in names.items():
        packets = [packet.replace(name, value.encode()) for packet in packets]
    answer = await send(impatient_server, packets)
    assert not {500, 502, 503, 504} & set(statuses(answer))  # 501 and 505 are right answers
    assert SECRET.encode() not in answer
    await assert_unharmed(secret_story)

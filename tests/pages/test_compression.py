"""Pages and their files are sent gzipped to clients that accept it, and plain to others."""

import gzip
import re
import socket
from http.client import HTTPResponse

import pytest

from tests.support.api_fixtures import Story
from tests.support.raw_socket import connect
from tests.support.server_process import Server

PAGES = ["/", "/username", "/chat/100000000001"]
FILE = re.compile(r"/static/[^\s\"'>]+")
LONG = 1400  # bytes; a file of this length is smaller when it is gzipped

GZIP = [
    "gzip",
    "GZIP",
    "gzip, deflate, br, zstd",
    "br;q=1.0, gzip;q=0.8, *;q=0.1",
    "gzip;q=0.001",
    "gzip ; q=1",
    "*",
    "deflate, gzip;q=1.0, *;q=0.5",
    "identity;q=0.5, gzip;q=0.5",
]
PLAIN = [
    None,
    "",
    "identity",
    "br, zstd, deflate",
    "gzip;q=0",
    "gzip;q=0.0, *",
    "*;q=0",
    "identity;q=0, br",
    "identity, gzip;q=0.5",
    "gzipped",
    "gzip;q=no",
    ",,;q=1,=",
    "\xff\xfe",
    "gzip" + ",a" * 2_000,  # a header that would take long to parse
]


def ask(
    server: Server, path: str, accepts: str | None = None, method: str = "GET", **headers: str
) -> tuple[HTTPResponse, bytes]:
    """Send a request on a new connection; return the answer and its body as it was sent."""
    head = [f"{method} {path} HTTP/1.1", "Host: party.test", "Connection: close"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    if accepts is not None:
        head.append(f"Accept-Encoding: {accepts}")
    with connect(server) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode("latin-1"))
        return answer(connection, method)


def answer(connection: socket.socket, method: str) -> tuple[HTTPResponse, bytes]:
    response = HTTPResponse(connection, method=method)
    response.begin()
    return response, response.read()


def comparable_headers(response: HTTPResponse) -> list[tuple[str, str]]:
    """Return the headers except those that depend on the encoding or the time."""
    varying = {"content-encoding", "content-length", "date"}
    return [(name, value) for name, value in response.getheaders() if name.lower() not in varying]


def static_files(server: Server) -> list[str]:
    """Return the address of every file that the pages name."""
    texts = [ask(server, page)[1].decode() for page in PAGES]
    return sorted({found for text in texts for found in FILE.findall(text)})


def test_every_page_and_file_is_the_same_gzipped_and_smaller(server: Server) -> None:
    files = static_files(server)
    assert {name.rpartition(".")[2] for name in files} == {"css", "js", "svg"}
    for path in [*PAGES, *files]:
        _, plain = ask(server, path)
        response, sent = ask(server, path, "gzip")
        assert response.status == 200
        assert response.getheader("Content-Length") == str(len(sent))
        if response.getheader("Content-Encoding"):
            assert response.getheader("Content-Encoding") == "gzip"
            assert len(sent) < len(plain)
            assert gzip.decompress(sent) == plain
        else:
            assert len(plain) < LONG, f"{path} is not compressed"
            assert sent == plain


@pytest.mark.parametrize("accepts", GZIP)
def test_a_client_that_accepts_gzip_gets_it(server: Server, accepts: str) -> None:
    for path in (PAGES[0], static_files(server)[0]):
        response, _ = ask(server, path, accepts)
        assert response.getheader("Content-Encoding") == "gzip"


@pytest.mark.parametrize("accepts", PLAIN)
def test_a_client_that_does_not_accept_gzip_gets_the_plain_bytes(
    server: Server, accepts: str | None
) -> None:
    for path in (PAGES[0], static_files(server)[0]):
        response, sent = ask(server, path, accepts)
        assert response.status == 200
        assert response.getheader("Content-Encoding") is None
        assert response.getheader("Content-Length") == str(len(sent))
        assert re.match(rb"<!doctype html>|[:/@]", sent)


@pytest.mark.parametrize("accepts", ["gzip", None])
def test_the_encoding_does_not_change_the_other_headers(
    server: Server, accepts: str | None
) -> None:
    for path in (PAGES[0], static_files(server)[0]):
        response, _ = ask(server, path, accepts)
        assert response.getheader("Vary") == "Accept-Encoding"
        other, _ = ask(server, path, "identity")
        assert comparable_headers(response) == comparable_headers(other)


@pytest.mark.parametrize("accepts", ["gzip", None])
def test_head_announces_what_get_sends(server: Server, accepts: str | None) -> None:
    for path in (PAGES[0], static_files(server)[0]):
        head, nothing = ask(server, path, accepts, method="HEAD")
        get, sent = ask(server, path, accepts)
        assert nothing == b""
        assert head.getheader("Content-Length") == str(len(sent))
        assert head.getheader("Content-Encoding") == get.getheader("Content-Encoding")


def test_a_missing_file_is_not_compressed(server: Server) -> None:
    response, _ = ask(server, f"{static_files(server)[0]}x", "gzip")
    assert (response.status, response.getheader("Content-Encoding")) == (404, None)
    assert response.getheader("Vary") is None


async def test_the_apis_answers_are_never_compressed(server: Server, story: Story) -> None:
    await story.alice.say("a" * 1500)
    for path in (f"/{story.chat_id}?since=0", f"/{story.chat_id}?since=1&wait=1", "/openapi.json"):
        token = f"Bearer {story.alice.session_token}"
        response, sent = ask(server, path, "gzip", Authorization=token)
        assert response.status == 200
        assert response.getheader("Content-Encoding") is None
        assert sent.startswith(b"{")

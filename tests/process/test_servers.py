"""Watch Party runs on any ASGI server, and in a test without a server."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Person, new_story
from tests.support.load_clients import is_quiet, until_held
from tests.support.raw_socket import send
from tests.support.server_process import BIN, HYPERCORN, Server
from tests.support.waiting import AT_ONCE, until

ROOT = Path(__file__).parents[2]

UVICORN = [str(BIN / "uvicorn"), "--port", "0", "watchparty.asgi:app"]
PLAIN = ["--loop", "asyncio", "--http", "h11"]
STANDARD = ["--loop", "uvloop", "--http", "httptools"]  # what `uvicorn[standard]` brings

# Granian does not print the number of a free port that it chooses itself.
FREE_PORT = "free port"
GRANIAN = [
    *(str(BIN / "granian"), "--interface", "asgi", "--workers", "1", "--no-access-log"),
    *("--backpressure", "1000", "--port", FREE_PORT, "watchparty.asgi:app"),
]

# The fast path answers a member's plain request; the framework answers one with another parameter.
WAYS = ("", "&nothing=1")
STREAM = {"Accept": "text/event-stream"}

# A plain script that calls the application without lifespan events or a shutdown.
ALONE = """
import asyncio, json
from watchparty.app import create_app
from watchparty.settings import Settings

async def main():
    client = create_app(Settings(store=%r)).test_client()
    made = await (await client.post("/create", json={"username": "Alice"})).get_json()
    path, headers = f"/{made['chat_id']}", {"Authorization": made["session_token"]}
    held = asyncio.create_task(client.get(path + "?since=0&wait=20", headers=headers))
    await client.post(path, headers=headers, json={"body": "hi"})
    page = await (await held).get_json()
    outside = await client.get(path, headers={"Authorization": "x"})
    print(json.dumps([page["messages"][0]["body"], outside.status_code]))

asyncio.run(main())
"""


SERVERS = {
    "hypercorn": HYPERCORN,
    "uvicorn": [*UVICORN, *PLAIN],
    "uvicorn-standard": [*UVICORN, *STANDARD],
    "granian": GRANIAN,
}


@pytest.fixture(params=SERVERS)
def any_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """The application under one of the ASGI servers."""
    port = str(free_port())
    command = [port if part == FREE_PORT else part for part in SERVERS[request.param]]
    with Server(tmp_path, command) as server:
        asyncio.run(until(lambda: accepts(server.url), "the server does not listen at its address"))
        yield server
        server.stop()  # not every server exits with 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def accepts(url: str) -> bool:
    """Return whether the server accepts connections; Granian prints its address earlier."""
    address = urlsplit(url)
    with socket.socket() as connection:
        return connection.connect_ex((address.hostname, address.port)) == 0


async def test_a_chat_works_under_any_server(any_server: Server) -> None:
    async with Api(any_server.url) as api:
        story = await new_story(api)
        assert story.magic_link.startswith(f"{any_server.url}/chat/")
        held = asyncio.create_task(story.bob.read(since=0, wait=20))
        said = await story.alice.say("Does it work here?")
        page = await held
        assert [message["id"] for message in page["messages"]] == [said["id"]] == [1]
        assert (await story.bob.say("It does"))["id"] == 2
        outside = await story.charlie.try_to_read(story.chat_id, since=0, wait=20)
        assert outside.error == (403, "forbidden")
        assert (await api.get("/")).headers["Content-Type"].startswith("text/html")


async def test_held_requests_are_answered_at_a_removal_and_at_the_shutdown(
    any_server: Server,
) -> None:
    async with Api(any_server.url) as api:
        story = await new_story(api)
        alice, bob, charlie = map(waiting, (story.alice, story.bob, story.charlie))
        for one in (alice, bob, charlie):
            await until_held(any_server, *one.polls, *one.streams)
        members = f"{story.alice.path}/members/2"
        (await api.call("DELETE", members, story.alice.session_token)).ok()
        await assert_ended(bob, 403, "removed")
        outside = await story.charlie.try_to_read(story.chat_id, since=0, wait=20)
        assert outside.error == (403, "forbidden")
        await story.alice.say("Without Bob")
        for poll in alice.polls:
            assert (await poll).ok()["last_id"] == 1
        alice = alice._replace(polls=polls(story.alice, since=1))
        await until_held(any_server, *alice.polls)
        stopping = asyncio.create_task(asyncio.to_thread(any_server.stop))
        for one in (alice, charlie):
            await assert_ended(one, 503, "unavailable")
        await stopping
    received = [b"Without Bob" in stream.result().body for stream in alice.streams]
    assert received == [True] * len(WAYS)
    for answer in (*bob.polls, *bob.streams, *charlie.polls, *charlie.streams):
        assert b"Without Bob" not in answer.result().body


Answers = list[asyncio.Task[Answer]]


class Waiting(NamedTuple):
    """The held polls and streams of one member; a stream's answer is complete when it ends."""

    polls: Answers
    streams: Answers


def waiting(person: Person) -> Waiting:
    """Start every kind of poll and stream for a member."""
    return Waiting(polls(person, since=0), [ask(person, way, headers=STREAM) for way in WAYS])


def polls(person: Person, since: int) -> Answers:
    return [ask(person, f"&wait=25{way}", since=since) for way in WAYS]


def ask(person: Person, query: str, since: int = 0, **how: Any) -> asyncio.Task[Answer]:
    path = f"{person.path}?since={since}{query}"
    return asyncio.create_task(person.api.get(path, person.session_token, **how))


async def assert_ended(one: Waiting, status: int, code: str) -> None:
    """Fail unless every poll and stream ends with this error."""
    for poll in one.polls:
        answer = await poll
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.error == (status, code)
    for stream in one.streams:
        *_, last = (await stream).body.decode().removesuffix("\n\n").split("\n\n")
        event, data = last.split("\ndata: ")
        assert (event, json.loads(data)["error"]) == ("event: end", code)


@pytest.mark.parametrize("any_server", ["uvicorn-standard"], indirect=True)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("more", ["&wait=25", ""], ids=["poll", "stream"])
async def test_a_client_that_vanishes_while_a_second_request_waits_causes_no_error(
    any_server: Server, way: str, more: str
) -> None:
    async with Api(any_server.url) as api:
        story = await new_story(api)
        fields = ["Host: party.test", f"Authorization: Bearer {story.bob.session_token}"]
        fields += [] if more else ["Accept: text/event-stream"]
        request_line = f"GET {story.bob.path}?since=0{more}{way} HTTP/1.1"
        asked = "\r\n".join([request_line, *fields, "\r\n"]).encode()
        assert b"{" not in await send(any_server, [asked * 2])
        await until(lambda: is_quiet(any_server), "the server never came to rest")
        await story.alice.say("Where is Bob?")
        outside = await story.charlie.try_to_read(story.chat_id, since=0)
        assert outside.error == (403, "forbidden")
        assert (await story.bob.read())["last_id"] == 1
    any_server.stop()
    assert "ERROR" not in any_server.log()


async def test_a_chat_survives_the_restart_of_any_server(
    tmp_path: Path, any_server: Server
) -> None:
    async with Api(any_server.url) as api:
        story = await new_story(api)
        await story.alice.say("still there?")
        before = (await story.bob.read())["epoch"]
    any_server.stop()
    async with Server(tmp_path) as own, Api(own.url) as story.bob.api:
        page = await story.bob.read()
    assert (page["epoch"], page["messages"][0]["body"]) == (before, "still there?")


def test_two_workers_on_one_file_exit_and_print_why(tmp_path: Path) -> None:
    env = {**os.environ, "WATCHPARTY_STORE": f"sqlite:{tmp_path}/party.db"}
    command = [*HYPERCORN, "--workers", "2"]
    run = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert "already uses" in run.stdout + run.stderr
    assert "workers = 0" in run.stdout + run.stderr


@pytest.mark.parametrize("store", ["sqlite::memory:", "sqlite:party.db"])
def test_an_application_without_a_lifespan_works_and_releases_its_store(
    tmp_path: Path, store: str
) -> None:
    command = [sys.executable, "-c", ALONE % store]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout) == (0, '["hi", 403]\n'), run.stderr
    assert "Traceback" not in run.stderr


async def test_a_removed_member_is_answered_even_when_the_server_no_longer_receives_from_them(
    tmp_path: Path,
) -> None:
    command = [*HYPERCORN[:-1], "tests.process.asgi_cancelled_receive:app"]
    async with Server(tmp_path, command, cwd=ROOT) as server, Api(server.url) as api:
        story = await new_story(api)
        held = [ask(story.bob, "&wait=25") for _ in range(8)]
        await until_held(server, *held)
        members = f"{story.alice.path}/members/2"
        async with asyncio.timeout(AT_ONCE):
            (await api.call("DELETE", members, story.alice.session_token)).ok()
            assert [(await one).error for one in held] == [(403, "removed")] * 8
        outside = await story.charlie.try_to_read(story.chat_id, since=0)
        assert outside.error == (403, "forbidden")

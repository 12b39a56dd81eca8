"""When the disk fails, writes are refused, reads go on, and no lost message is acknowledged."""

import asyncio
import os
import resource
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.server_process import SERVE, Server, running_out_of

Fault = Callable[[Server], AbstractContextManager[None]]


@pytest.fixture
def server(fresh_server: Server) -> Server:
    """Return a server whose files the test may damage."""
    return fresh_server


def full(server: Server) -> AbstractContextManager[None]:
    """Let no file grow any more, as on a full disk or under a quota."""
    return running_out_of(resource.RLIMIT_FSIZE, server)


@contextmanager
def locked(server: Server) -> Iterator[None]:
    """Lock the database, as a tool would that somebody forgot to close."""
    with closing(sqlite3.connect(server.database, isolation_level=None)) as tool:
        tool.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def without(file: Path) -> Iterator[None]:
    aside = file.with_suffix(".aside")
    file.rename(aside)
    yield
    aside.rename(file)


def moved(server: Server) -> AbstractContextManager[None]:
    """Move the database away while the server runs."""
    return without(server.database)


@contextmanager
def replaced(server: Server) -> Iterator[None]:
    """Put an empty file in the place of the database while the server runs."""
    with moved(server):
        server.database.write_bytes(b"")
        yield


def without_log(server: Server) -> AbstractContextManager[None]:
    """Move away the write-ahead log, which has the newest changes."""
    return without(Path(f"{server.database}-wal"))


def unlocked(server: Server) -> AbstractContextManager[None]:
    """Move the lock file away, so that a second server could start."""
    return without(Path(f"{server.database}.lock"))


FAULTS = [full, locked, moved, replaced, without_log, unlocked]


@pytest.fixture
async def story(server: Server) -> AsyncIterator[Story]:
    async with Api(server.url) as api:
        story = await new_story(api)
        await story.alice.say("Before")
        yield story


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_server_refuses_writes_and_serves_readers_until_a_fault_is_over(
    server: Server, story: Story, fault: Fault
) -> None:
    alice, held = story.alice, asyncio.create_task(story.bob.read(since=1, wait=30))
    with fault(server):
        for path, token, fields in (
            (alice.path, alice.session_token, {"body": "Now"}),
            ("/create", None, {"username": "Dora"}),
            (f"{alice.path}/join", None, {"magic_key": story.magic_key}),
        ):
            answer = await alice.api.post(path, token, json=fields)
            assert answer.error == (503, "unavailable")
            assert int(answer.headers["Retry-After"]) > 0
        assert [m["body"] for m in (await story.bob.read())["messages"]] == ["Before"]
        assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")
        assert not held.done()
    assert (await alice.say("After"))["id"] == 2
    assert [message["body"] for message in (await held)["messages"]] == ["After"]
    server.restart()
    async with Api(server.url) as story.bob.api:
        bodies = [message["body"] for message in (await story.bob.read())["messages"]]
    assert bodies == ["Before", "After"]


@pytest.mark.parametrize("name", ["party.db", "party.db-wal"])
async def test_a_message_is_refused_after_a_file_was_truncated(
    server: Server, story: Story, name: str
) -> None:
    server.restart()  # so that neither of the two files is empty
    async with Api(server.url) as story.alice.api:
        await story.alice.say("After a restart")
        os.truncate(server.database.with_name(name), 0)
        answer = await story.alice.api.post(
            story.alice.path, story.alice.session_token, json={"body": "Into the void"}
        )
        assert answer.error == (503, "unavailable")
    server.kill()
    server.database.unlink()
    server.start()


async def test_a_refused_message_is_posted_once_when_it_is_repeated(
    server: Server, story: Story
) -> None:
    alice, key = story.alice, {"Idempotency-Key": "again"}
    with full(server):
        refused = await alice.api.post(
            alice.path, alice.session_token, json={"body": "Now"}, headers=key
        )
        assert refused.error == (503, "unavailable")
    for _ in range(2):
        sent = await alice.api.post(
            alice.path, alice.session_token, json={"body": "Now"}, headers=key
        )
        assert sent.ok()["id"] == 2
    assert (await story.bob.read())["last_id"] == 2


async def test_many_writes_are_refused_together_not_one_by_one(
    server: Server, story: Story
) -> None:
    """Otherwise each write would wait for the lock, and for all writes before it."""
    with locked(server):
        async with asyncio.timeout(20):
            answers = await asyncio.gather(
                *(
                    story.alice.api.post(
                        story.alice.path, story.alice.session_token, json={"body": f"{n}"}
                    )
                    for n in range(100)
                )
            )
        assert {answer.error for answer in answers} == {(503, "unavailable")}


def damaged(tmp_path: Path, damage: Callable[[bytearray], None]) -> Path:
    """Return a database that a server has created and `damage` has changed."""
    with Server(tmp_path) as server:
        pass
    content = bytearray(server.database.read_bytes())
    damage(content)
    server.database.write_bytes(content)
    return server.database


def scribble(content: bytearray) -> None:
    content[4096:8192] = b"\xa5" * 4096


def cut_short(content: bytearray) -> None:
    del content[8192:]


@pytest.mark.parametrize("damage", [scribble, cut_short])
def test_a_damaged_file_is_reported_at_the_start_and_left_alone(
    tmp_path: Path, damage: Callable[[bytearray], None]
) -> None:
    file = damaged(tmp_path, damage)
    before = file.read_bytes()
    run = subprocess.run(
        [*SERVE, "--store", f"sqlite:{file}"], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 1
    assert run.stderr.startswith("Error: ")
    assert "Traceback" not in run.stderr
    assert file.read_bytes() == before


@pytest.mark.parametrize("path", ["/proc/party.db", "/dev/null/party.db", "."])
def test_an_unusable_path_is_reported_at_the_start(path: str) -> None:
    run = subprocess.run(
        [*SERVE, "--store", f"sqlite:{path}"], capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 1
    assert run.stderr.startswith("Error: ")
    assert path in run.stderr
    assert "Traceback" not in run.stderr


def test_a_locked_file_is_reported_at_the_start(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        pass
    with locked(server):
        run = subprocess.run(
            [*SERVE, "--store", f"sqlite:{server.database}"],
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert run.returncode == 1
    assert "Another program has locked it" in run.stderr


def test_a_full_disk_is_reported_at_the_start(tmp_path: Path) -> None:
    limit = ["prlimit", "--fsize=0"]
    run = subprocess.run(
        [*limit, *SERVE, "--store", f"sqlite:{tmp_path}/party.db"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 1
    assert "Is the disk full?" in run.stderr
    assert "Traceback" not in run.stderr

"""A copy of the database, made while people talk, is whole, private and has an epoch of its own."""

import asyncio
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.database import back_up
from tests.support.server_process import Server

COPIES = 5


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Start a server for each test, because the tests stop it and replace its database."""
    with Server(tmp_path) as server:
        yield server


async def test_a_copy_made_while_people_talk_is_whole(
    server: Server, story: Story, tmp_path: Path
) -> None:
    talking = asyncio.create_task(talk(story))
    for number in range(COPIES):
        run = await back_up(server, tmp_path / f"copy-{number}.db")
        assert run.returncode == 0, run.stderr
    talking.cancel()
    last = (await story.bob.read())["last_id"]
    server.kill()
    for number in range(COPIES):
        with closing(sqlite3.connect(tmp_path / f"copy-{number}.db")) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            ids = [id_ for (id_,) in copy.execute("SELECT id FROM messages ORDER BY id")]
            [(newest,)] = copy.execute("SELECT max(last_id) FROM chats")
        assert ids == [*range(max(1, newest - 29), newest + 1)]
    server.start_again()
    async with Api(server.url) as story.bob.api:
        assert (await story.bob.read())["last_id"] >= last


async def talk(story: Story) -> None:
    while True:
        await story.alice.say("Go on, copy me")


async def test_a_restored_copy_has_another_epoch(
    server: Server, story: Story, tmp_path: Path
) -> None:
    await story.alice.say("In both")
    copy = tmp_path / "copy.db"
    assert (await back_up(server, copy)).returncode == 0
    before = await story.alice.say("After the copy")
    epoch = (await story.bob.read())["epoch"]
    server.stop()
    copy.rename(server.database)
    server.start_again()
    async with Api(server.url) as api:
        story.bob.api = story.alice.api = story.charlie.api = api
        page = await story.bob.read(since=before["id"], wait=30, epoch=epoch)
        assert page["reset"] is True
        assert page["epoch"] != epoch
        assert [message["body"] for message in page["messages"]] == ["In both"]
        assert (await story.alice.say("From here on"))["id"] == before["id"]
        assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_each_restore_of_a_copy_has_an_epoch_of_its_own(
    server: Server, story: Story, tmp_path: Path
) -> None:
    await story.alice.say("In all of them")
    copy, epochs = tmp_path / "copy.db", set()
    assert (await back_up(server, copy)).returncode == 0
    for _ in range(2):
        server.stop()
        server.database.write_bytes(copy.read_bytes())
        server.start_again()
        async with Api(server.url) as story.alice.api:
            await story.alice.say("In this one only")
            epochs.add((await story.alice.read())["epoch"])
        server.restart()
        async with Api(server.url) as story.alice.api:
            epochs.add((await story.alice.read())["epoch"])
    assert len(epochs) == 2


async def test_a_copy_made_while_the_server_is_down_is_complete(
    server: Server, tmp_path: Path
) -> None:
    async with Api(server.url) as api:
        await (await new_story(api)).alice.say("Good night")
    server.kill()  # the last message is in the write-ahead log only
    copy = tmp_path / "copy.db"
    run = await back_up(server, copy)
    assert run.returncode == 0, run.stderr
    server.start()
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT body FROM messages").fetchall() == [("Good night",)]


async def test_a_backup_is_private_and_never_overwrites_a_file(
    server: Server, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    assert (await back_up(server, copy)).returncode == 0
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    before = copy.read_bytes()
    again = await back_up(server, copy)
    assert (again.returncode, again.stdout) == (1, "")
    assert str(copy) in again.stderr
    assert copy.read_bytes() == before


async def test_leftovers_of_a_killed_backup_do_not_block_the_next(
    server: Server, tmp_path: Path
) -> None:
    left = [tmp_path / "copy.db.part", tmp_path / "copy.db.part-journal"]
    left[0].write_bytes(server.database.read_bytes()[:4096])
    left[1].write_bytes(b"half of something")
    run = await back_up(server, tmp_path / "copy.db")
    assert run.returncode == 0, run.stderr
    assert [file for file in left if file.exists()] == []


async def test_a_backup_deletes_no_file_of_another_program(server: Server, tmp_path: Path) -> None:
    download = tmp_path / "copy.db.part"
    download.write_bytes(b"half of a film")
    run = await back_up(server, tmp_path / "copy.db")
    assert (run.returncode, run.stdout) == (1, "")
    assert str(download) in run.stderr
    assert download.read_bytes() == b"half of a film"


async def test_a_failed_backup_is_reported_and_leaves_no_file(
    server: Server, tmp_path: Path
) -> None:
    for target in (tmp_path / "missing" / "copy.db", Path("/proc/copy.db")):
        run = await back_up(server, target)
        assert run.returncode == 1
        assert str(target) in run.stderr
    server.stop()
    server.database.write_bytes(b"no database " * 1000)
    run = await back_up(server, tmp_path / "copy.db")
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert not (tmp_path / "copy.db").exists()
    server.database.unlink()

"""The store's file: private, used by one server only, and migrated once."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from watchparty.party.errors import StoreUnavailable
from watchparty.storage import connection
from watchparty.storage.connection import MIGRATIONS
from watchparty.storage.sqlite import SqliteStore

SCRIPTS = sorted(MIGRATIONS.glob("[0-9]*.sql"))
NEWEST = int(SCRIPTS[-1].name[:4])

# Somebody who was there from the first version on.
SETTLERS = """
INSERT INTO users (user_id, credential, username, created_at) VALUES (7, x'11', 'Alice', 1);
INSERT INTO chats (chat_id, magic_key, created_at, active_at) VALUES (100000000007, 'key', 1, 1);
INSERT INTO members (chat_id, member_id, user_id, username, role, joined_at)
    VALUES (100000000007, 1, 7, 'Alice', 'host', 1);
INSERT INTO sessions (credential, chat_id, member_id, created_at)
    VALUES (x'22', 100000000007, 1, 1);
INSERT INTO messages (chat_id, id, member_id, username, body, created_at)
    VALUES (100000000007, 1, 1, 'Alice', 'First!', 1);
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "party.db"


@pytest.fixture
def lax_umask() -> Iterator[None]:
    """Let every new file be everybody's, as far as who makes it doesn't mind."""
    before = os.umask(0)
    yield
    os.umask(before)


def ask(file: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as db, db:
        return db.execute(sql).fetchall()


def version(file: Path) -> object:
    return ask(file, "PRAGMA user_version")[0][0]


def dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as db:
        return list(db.iterdump())


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations, for a Watch Party of another version."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    monkeypatch.setattr(connection, "MIGRATIONS", folder)
    return folder


@contextmanager
def older(migrations: Path, last: int) -> Iterator[None]:
    """Be the Watch Party whose newest migration was `last`."""
    for script in SCRIPTS[last:]:
        (migrations / script.name).unlink()
    yield
    for script in SCRIPTS[last:]:
        shutil.copy(script, migrations)


def migrate_next(migrations: Path, sql: str) -> None:
    """Be the next Watch Party, which has one more migration."""
    (migrations / f"{NEWEST + 1:04}_next.sql").write_text(sql)


async def settle(file: Path, migrations: Path, last: int) -> None:
    """Make a file with somebody in it, as that older Watch Party made it."""
    with older(migrations, last):
        await (await opened(file)).close()
    with closing(sqlite3.connect(file)) as db:
        db.executescript(SETTLERS)


async def opened(file: Path) -> SqliteStore:
    store = SqliteStore(str(file))
    await store.open()
    return store


@pytest.mark.usefixtures("lax_umask")
async def test_every_file_of_the_store_is_its_owners_alone(file: Path) -> None:
    store = await opened(file)
    await store.add_user(b"auth key", "Alice")
    modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in file.parent.iterdir()}
    await store.close()
    assert modes.keys() >= {"party.db", "party.db-wal", "party.db-shm"}
    assert set(modes.values()) == {0o600}, modes


async def test_a_file_belongs_to_one_store_until_that_is_closed(file: Path) -> None:
    first, second = await opened(file), SqliteStore(str(file))
    alice = await first.add_user(b"auth key", "Alice")
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="already uses") as refusal:
            await second.open()
        assert str(file) in refusal.value.message
    assert await first.find_by_credential(b"auth key") == alice
    await first.close()
    assert await second.find_by_credential(b"auth key") == alice
    with pytest.raises(StoreUnavailable, match="already uses"):
        await first.open()
    await second.close()


async def test_another_name_of_the_same_file_does_not_get_around_the_lock(file: Path) -> None:
    first = await opened(file)
    other = file.with_name("other.db")
    other.symlink_to(file)
    with pytest.raises(StoreUnavailable, match="already uses"):
        await opened(other)
    await first.close()
    await (await opened(other)).close()


async def test_migrations_run_once_and_opening_again_keeps_everything(file: Path) -> None:
    store = await opened(file)
    alice, epoch = await store.add_user(b"auth key", "Alice"), await store.epoch()
    await store.close()
    assert version(file) == NEWEST == len(SCRIPTS)
    before = dump(file)
    for _ in range(2):
        store = await opened(file)
        assert (await store.find_by_credential(b"auth key"), await store.epoch()) == (alice, epoch)
        await store.close()
        assert dump(file) == before


@pytest.mark.parametrize("last", range(1, NEWEST + 1))
async def test_a_file_of_any_older_version_is_brought_up_to_date(
    file: Path, migrations: Path, last: int
) -> None:
    await settle(file, migrations, last)
    assert version(file) == last
    store = await opened(file)
    record = await store.load_chat(100000000007)
    alice = await store.find_by_credential(b"\x11")
    await store.close()
    assert version(file) == NEWEST
    assert record is not None
    assert [message.body for message in record.messages] == ["First!"]
    assert [member.username for member in record.state.members] == ["Alice"]
    assert alice is not None
    new = file.with_name("new.db")
    await (await opened(new)).close()
    tables = "SELECT type, name, tbl_name FROM sqlite_master ORDER BY 1, 2"
    assert ask(file, tables) == ask(new, tables)


async def test_a_new_migration_is_run_once(file: Path, migrations: Path) -> None:
    await settle(file, migrations, NEWEST)
    migrate_next(migrations, "CREATE TABLE runs (run); INSERT INTO runs VALUES ('once');")
    for _ in range(2):
        await (await opened(file)).close()
    assert ask(file, "SELECT * FROM runs") == [("once",)]
    assert version(file) == NEWEST + 1
    assert ask(file, "SELECT body FROM messages") == [("First!",)]


async def test_a_migration_that_fails_leaves_the_file_as_it_was(
    file: Path, migrations: Path
) -> None:
    await settle(file, migrations, NEWEST)
    before = dump(file)
    migrate_next(migrations, "DELETE FROM messages; INSERT INTO nothing VALUES (1);")
    with pytest.raises(StoreUnavailable, match="nothing"):
        await opened(file)
    assert (dump(file), version(file)) == (before, NEWEST)
    migrate_next(migrations, "DELETE FROM messages;")
    await (await opened(file)).close()
    assert (ask(file, "SELECT * FROM messages"), version(file)) == ([], NEWEST + 1)


async def test_a_file_from_the_future_is_refused_and_left_alone(file: Path) -> None:
    await (await opened(file)).close()
    ask(file, f"PRAGMA user_version = {NEWEST + 1}")
    ask(file, "PRAGMA journal_mode = DELETE")  # as a backup is
    before = contents(file.parent)
    with pytest.raises(StoreUnavailable, match="newer") as refusal:
        await opened(file)
    assert str(NEWEST + 1) in refusal.value.message
    assert contents(file.parent) == before
    ask(file, f"PRAGMA user_version = {NEWEST}")  # as the Watch Party that it is from would
    await (await opened(file)).close()


def contents(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


async def test_a_closed_store_is_opened_again_by_open_alone(file: Path) -> None:
    store = await opened(file)
    alice = await store.add_user(b"auth key", "Alice")
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.find_by_credential(b"auth key")
    await (await opened(file)).close()
    await store.open()
    assert await store.find_by_credential(b"auth key") == alice
    await store.close()

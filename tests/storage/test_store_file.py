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

# Rows that the first version could already store.
OLD_ROWS = """
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
    """Let every new file be open to everybody, unless its creator restricts it."""
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
    """Copy the migrations, and let the store use the copy, which a test may change."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    monkeypatch.setattr(connection, "MIGRATIONS", folder)
    return folder


@contextmanager
def as_version(migrations: Path, last: int) -> Iterator[None]:
    """Run the block as a version whose newest migration is `last`."""
    for script in SCRIPTS[last:]:
        (migrations / script.name).unlink()
    yield
    for script in SCRIPTS[last:]:
        shutil.copy(script, migrations)


def add_migration(migrations: Path, sql: str) -> None:
    """Add one more migration, as the next version will."""
    (migrations / f"{NEWEST + 1:04}_next.sql").write_text(sql)


async def make_old_file(file: Path, migrations: Path, last: int) -> None:
    """Make a file with a chat in it, as the version of migration `last` would."""
    with as_version(migrations, last):
        await (await opened(file)).close()
    with closing(sqlite3.connect(file)) as db:
        db.executescript(OLD_ROWS)


async def opened(file: Path) -> SqliteStore:
    store = SqliteStore(str(file))
    await store.open()
    return store


@pytest.mark.usefixtures("lax_umask")
async def test_only_the_owner_may_read_and_write_the_files_of_the_store(file: Path) -> None:
    store = await opened(file)
    await store.add_user(b"auth key", "Alice")
    modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in file.parent.iterdir()}
    await store.close()
    assert modes.keys() >= {"party.db", "party.db-wal", "party.db-shm"}
    assert set(modes.values()) == {0o600}, modes


async def test_a_file_is_used_by_one_store_only_until_that_store_is_closed(file: Path) -> None:
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
    await make_old_file(file, migrations, last)
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
    await make_old_file(file, migrations, NEWEST)
    add_migration(migrations, "CREATE TABLE runs (run); INSERT INTO runs VALUES ('once');")
    for _ in range(2):
        await (await opened(file)).close()
    assert ask(file, "SELECT * FROM runs") == [("once",)]
    assert version(file) == NEWEST + 1
    assert ask(file, "SELECT body FROM messages") == [("First!",)]


async def test_a_migration_that_fails_leaves_the_file_as_it_was(
    file: Path, migrations: Path
) -> None:
    await make_old_file(file, migrations, NEWEST)
    before = dump(file)
    add_migration(migrations, "DELETE FROM messages; INSERT INTO nothing VALUES (1);")
    with pytest.raises(StoreUnavailable, match="nothing"):
        await opened(file)
    assert (dump(file), version(file)) == (before, NEWEST)
    add_migration(migrations, "DELETE FROM messages;")
    await (await opened(file)).close()
    assert (ask(file, "SELECT * FROM messages"), version(file)) == ([], NEWEST + 1)


async def test_a_file_of_a_newer_version_is_refused_and_left_alone(file: Path) -> None:
    await (await opened(file)).close()
    ask(file, f"PRAGMA user_version = {NEWEST + 1}")
    ask(file, "PRAGMA journal_mode = DELETE")  # as in a backup
    before = contents(file.parent)
    with pytest.raises(StoreUnavailable, match="newer") as refusal:
        await opened(file)
    assert str(NEWEST + 1) in refusal.value.message
    assert contents(file.parent) == before
    ask(file, f"PRAGMA user_version = {NEWEST}")  # as if this version had made it
    await (await opened(file)).close()


def contents(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


async def test_a_closed_store_is_reopened_only_by_open(file: Path) -> None:
    store = await opened(file)
    alice = await store.add_user(b"auth key", "Alice")
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.find_by_credential(b"auth key")
    await (await opened(file)).close()
    await store.open()
    assert await store.find_by_credential(b"auth key") == alice
    await store.close()

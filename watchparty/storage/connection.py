"""Open the database file: private, exclusive, durable, and with the newest schema."""

import asyncio
import logging
import os
import sqlite3
import threading
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import aiosqlite
from aiosqlite import Connection

from watchparty.party.errors import StoreUnavailable
from watchparty.storage.file_lock import APPLICATION_ID, lock_file
from watchparty.storage.group_commit import FileGuard, GroupCommit
from watchparty.storage.queries import meta

MIGRATIONS = Path(__file__).parent / "migrations"

OLDEST_SQLITE = (3, 37, 0)  # the first with STRICT tables

LOCK_TIMEOUT = 1.0  # seconds to wait for another program's lock; all other requests wait, too

# Hints that SQLite's messages lack, by the name of the result code (sqlite.org/rescode.html).
HINTS = {
    "BUSY": " Another program has locked it.",
    "FULL": " Make room on the disk.",
    "IOERR": " Is the disk full?",
    "READONLY": " The file or its folder is not writable.",
}

PRAGMAS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;      -- an acknowledged message survives a power cut
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;      -- deleted data is overwritten with zeros
"""

logger = logging.getLogger(__name__)


class Database(NamedTuple):
    """An open database, and how to close it."""

    group_commit: GroupCommit
    guard: FileGuard
    epoch: str
    closing: AsyncExitStack

    async def scrub(self) -> bool:
        """Remove deleted data from the write-ahead log, too; return False if that failed.

        It fails while another program, such as a backup, reads the file.
        """

        async def work(db: Connection) -> bool:
            self.guard.check()
            [(busy, *_)] = await db.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            self.guard.snapshot()
            return not busy

        return await self.group_commit.read(work)

    async def close(self) -> None:
        """Finish all work, close the file and release its lock."""
        await self.group_commit.finish()
        await self.closing.aclose()


async def open_database(path: str) -> Database:
    """Open the file at `path`, create it if it does not exist, and migrate it.

    Raises StoreUnavailable with the reason when that is impossible.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreUnavailable(f"SQLite {sqlite3.sqlite_version} is older than 3.37.")
    try:
        async with AsyncExitStack() as closing:
            if path != ":memory:":
                closing.callback(os.close, lock_file(Path(path)))
            db = await _connect(path)
            closing.push_async_callback(db.close)
            await _check_version(db)
            await _mark_as_ours(db)
            await db.executescript(PRAGMAS)
            await _check_integrity(db)
            await migrate(db)
            await db.executescript("BEGIN IMMEDIATE; COMMIT;")  # fail now if read-only
            await meta.begin_epoch_of_copy(db)
            epoch = await meta.select_epoch(db)
            guard = FileGuard(path)
            logger.info("store: %s, SQLite %s", path, sqlite3.sqlite_version)
            return Database(GroupCommit(db, guard), guard, epoch, closing.pop_all())
    except OSError as error:
        raise StoreUnavailable(f"The store {path} cannot be opened: {error.strerror}.") from error
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")  # like SQLITE_IOERR_WRITE
        hint = HINTS.get(name.partition("_")[2].partition("_")[0], "")
        raise StoreUnavailable(f"The store {path} cannot be opened: {error}.{hint}") from error


async def migrate(db: Connection) -> None:
    """Bring the schema to the newest version: each numbered file is one transaction."""
    version = await _version(db)
    for number, file in sorted(_scripts().items()):
        if number > version:
            script = file.read_text(encoding="utf-8")
            await db.executescript(f"BEGIN;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")


async def _check_version(db: Connection) -> None:
    """Raise StoreUnavailable, and change nothing, when the file is from a newer Watch Party."""
    version = await _version(db)
    if version > max(_scripts()):
        raise StoreUnavailable(f"The store is of version {version}, newer than this Watch Party.")


async def _version(db: Connection) -> int:
    [(version,)] = await db.execute_fetchall("PRAGMA user_version")
    return int(version)


def _scripts() -> dict[int, Path]:
    return {int(file.name[:4]): file for file in MIGRATIONS.glob("[0-9]*.sql")}


async def _mark_as_ours(db: Connection) -> None:
    """Mark a new file as ours, before writes go to the write-ahead log."""
    [(pages,)] = await db.execute_fetchall("PRAGMA page_count")
    if not pages:
        await db.executescript(f"PRAGMA application_id = {int.from_bytes(APPLICATION_ID)}")


async def _check_integrity(db: Connection) -> None:
    """Raise StoreUnavailable when the file is damaged: better now than in a request."""
    [(found,)] = await db.execute_fetchall("PRAGMA quick_check(1)")
    if found != "ok":
        raise StoreUnavailable(f"The store is damaged ({found}). Restore a backup of it.")


async def _connect(path: str) -> Connection:
    """Connect from a daemon thread, so that the process can end without closing the store.

    aiosqlite's thread inherits this from the thread that creates it. An application that is
    not shut down in order, such as a test client or a crashed server, never stops that thread.
    """
    connecting: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()

    def create() -> None:
        connection = aiosqlite.connect(path, isolation_level=None, timeout=LOCK_TIMEOUT)
        loop.call_soon_threadsafe(_settle, connecting, connection)

    threading.Thread(target=create, daemon=True).start()
    return await (await connecting)


def _settle(connecting: asyncio.Future[Connection], connection: Connection) -> None:
    if not connecting.done():  # it is done if the caller was cancelled
        connecting.set_result(connection)

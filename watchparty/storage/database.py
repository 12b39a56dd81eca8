"""Open the database file: private, alone, durable, and at the newest schema."""

import asyncio
import fcntl
import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import NamedTuple

import aiosqlite
from aiosqlite import Connection

from watchparty.party.errors import StoreUnavailable
from watchparty.storage import statements
from watchparty.storage.group_commit import GroupCommit

MIGRATIONS = Path(__file__).parent / "migrations"

OLDEST_SQLITE = (3, 37, 0)  # the first with STRICT tables

# The first 16 bytes of every SQLite file, and the four at 68 that say whose it is
# (SQLite file format, section 1.3).
MAGIC = b"SQLite format 3\0"
OURS = b"WPty"

PRIVATE = 0o600  # read and write for the owner: the file holds what people said

LOCKED_MAX = 1.0  # seconds to wait for somebody else's lock; the queue waits as long

PRAGMAS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;      -- an acknowledged message survives a power cut
PRAGMA foreign_keys = ON;
"""

logger = logging.getLogger(__name__)


class InUse(StoreUnavailable):
    """Another process has the file."""


class Database(NamedTuple):
    """An open database and what it takes to close it."""

    writer: GroupCommit
    epoch: str
    closing: AsyncExitStack

    async def close(self) -> None:
        """Finish, close, and let another server have the file."""
        await self.writer.finish()
        await self.closing.aclose()


async def open_database(path: str) -> Database:
    """Open the file at `path`, make it if it is not there, and migrate it.

    Raises StoreUnavailable, saying why, when that is impossible.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreUnavailable(f"SQLite {sqlite3.sqlite_version} is older than 3.37.")
    try:
        async with AsyncExitStack() as closing:
            if path != ":memory:":
                closing.callback(os.close, claim(Path(path)))
            db = await _connect(path)
            closing.push_async_callback(db.close)
            await _sign(db)
            await db.executescript(PRAGMAS)
            await _check_integrity(db)
            await migrate(db)
            epoch = await statements.select_epoch(db)
            logger.info("store: %s, SQLite %s", _absolute(path), sqlite3.sqlite_version)
            return Database(GroupCommit(db, _presence(path)), epoch, closing.pop_all())
    except OSError as error:
        raise StoreUnavailable(f"The store {path} cannot be opened: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise StoreUnavailable(f"The store {path} cannot be opened: {error}.") from error


async def migrate(db: Connection) -> None:
    """Bring the schema to the newest version, one numbered file and transaction at a time.

    Raises StoreUnavailable when the file comes from a newer Watch Party.
    """
    [(version,)] = await db.execute_fetchall("PRAGMA user_version")
    scripts = {int(file.name[:4]): file for file in MIGRATIONS.glob("[0-9]*.sql")}
    if version > max(scripts):
        raise StoreUnavailable(f"The store is of version {version}, newer than this Watch Party.")
    for number in sorted(n for n in scripts if n > version):
        script = scripts[number].read_text(encoding="utf-8")
        await db.executescript(f"BEGIN;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")


async def _sign(db: Connection) -> None:
    """Mark a new file as ours, before the write-ahead log takes what is written."""
    [(pages,)] = await db.execute_fetchall("PRAGMA page_count")
    if not pages:
        await db.executescript(f"PRAGMA application_id = {int.from_bytes(OURS)}")


async def _check_integrity(db: Connection) -> None:
    """Raise StoreUnavailable when the file is damaged: better now than in somebody's chat."""
    [(found,)] = await db.execute_fetchall("PRAGMA quick_check(1)")
    if found != "ok":
        raise StoreUnavailable(f"The store is damaged ({found}). Restore a backup of it.")


def _presence(path: str) -> Callable[[], None]:
    """Return a check that the file still has its name: without one it dies with the process."""
    if path == ":memory:":
        return lambda: None
    opened = Path(path).stat()

    def check() -> None:
        with suppress(OSError):
            if os.path.samestat(opened, os.stat(path)):  # noqa: PTH116  (half the price)
                return
        logger.error("the file %s was moved, deleted or replaced", path)
        raise StoreUnavailable

    return check


def claim(path: Path) -> int:
    """Lock the file against a second server until the result is closed, and make it private.

    Every chat is answered from the memory of one process, so a second one on the
    same file would answer with gaps. The lock is a file of its own because SQLite's
    locks on the database are lost when anybody here opens and closes it (POSIX).
    Raises InUse, and StoreUnavailable when the place or the file is not for us: then
    nothing was touched.
    """
    if not path.parent.is_dir():
        raise StoreUnavailable(f"The folder of the store {path} does not exist. Make it first.")
    if path.exists() and not path.is_file():
        raise StoreUnavailable(f"The store {path} must be a file.")
    lock = _lock(Path(f"{path}.lock"), path)
    try:
        _check_ours(path)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, PRIVATE))
        path.chmod(PRIVATE)
    except BaseException:
        Path(f"{path}.lock").unlink()
        os.close(lock)
        raise
    return lock


def _lock(file: Path, path: Path) -> int:
    lock = os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, PRIVATE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise InUse(
            f"Another server already uses {path}. Stop it first, or give this one another file."
            " (Workers are servers, too: with SQLite it must be one process, `workers = 0`.)"
        ) from None
    return lock


def _check_ours(path: Path) -> None:
    if path.exists():
        with path.open("rb") as file:
            header = file.read(100)
        if header and (header[:16] != MAGIC or header[68:72] != OURS):
            raise StoreUnavailable(f"{path} is not a database of Watch Party.")


def _absolute(path: str) -> str:
    return path if path == ":memory:" else str(Path(path).absolute())


async def _connect(path: str) -> Connection:
    """Connect on a daemon thread, so that a server killed in mid-air does not hang.

    aiosqlite's thread takes after the one that creates it, and an application that
    is never told to shut down (a test client, a server that dies) can't stop it.
    """
    made: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()

    def create() -> None:
        connection = aiosqlite.connect(path, isolation_level=None, timeout=LOCKED_MAX)
        loop.call_soon_threadsafe(made.set_result, connection)

    threading.Thread(target=create, daemon=True).start()
    return await (await made)

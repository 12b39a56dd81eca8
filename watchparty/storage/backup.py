"""Back up a database that a server may be using."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from watchparty.party.errors import StoreUnavailable
from watchparty.storage.file_lock import PRIVATE, InUse, is_ours, lock_file

# The server that opens the copy begins another epoch: clients that read messages newer than the
# copy have to notice.
MARK_AS_COPY = "INSERT OR REPLACE INTO meta (name, value) VALUES ('copied', 'yes')"


def backup(url: str, target: Path) -> None:
    """Write everything committed in the store at `url` to the new file `target`.

    The copy is written to `target.part`, and renamed when it is complete. Raises
    StoreUnavailable, and leaves no file behind, when the copy fails.
    """
    source = Path(url.partition(":")[2]).resolve()
    if not source.exists():
        raise StoreUnavailable(f"There is no database {source}.")
    if target.exists():
        raise StoreUnavailable(f"Cannot write {target}: it exists already.")
    part = Path(f"{target}.part")
    if part.exists() and not is_ours(part):
        raise StoreUnavailable(f"Cannot write {part}: it exists already.")
    try:
        _clear(part)  # left by a run that was killed
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
        _copy(source, part)
        part.rename(target)
        _sync(target.parent)
    except (sqlite3.Error, OSError) as error:
        why = getattr(error, "strerror", None) or error
        raise StoreUnavailable(f"Cannot copy {source} to {target}: {why}.") from error
    finally:
        _clear(part)


def _clear(part: Path) -> None:
    with suppress(NotADirectoryError):
        for name in (part, f"{part}-journal"):
            Path(name).unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    with (
        _connect(source) as live,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        live.backup(copy)
        copy.execute(MARK_AS_COPY)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file; the server turns WAL on again
    _sync(target)


@contextmanager
def _connect(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database, read-only when a server is using it.

    SQLite up to 3.51.2 can lose commits while a second connection writes or checkpoints (the
    "WAL-reset" bug, sqlite.org/wal.html); a read-only connection does neither.
    """
    mode = "ro"
    with suppress(InUse):
        lock, mode = lock_file(path), "rw"
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode={mode}", uri=True)) as db:
            yield db
    finally:
        if mode == "rw":
            os.close(lock)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

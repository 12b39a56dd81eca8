"""The database file: check that it is ours, make it private, and lock it."""

import fcntl
import os
from pathlib import Path

from watchparty.party.errors import StoreUnavailable

# The first 16 bytes of every SQLite file, and the application id, four bytes at offset 68
# (SQLite file format, section 1.3).
MAGIC = b"SQLite format 3\0"
APPLICATION_ID = b"WPty"

PRIVATE = 0o600  # read and write for the owner only: the file contains messages


class InUse(StoreUnavailable):
    """Another process has locked the file."""


def lock_file(path: Path) -> int:
    """Make the file private, and lock it until the returned descriptor is closed.

    A server answers from its memory, so a second server on the same file would miss messages. The
    lock is a file of its own: a process loses its POSIX locks on a file, such as SQLite's on the
    database, whenever it opens and closes that file.

    Raises InUse if another process holds the lock, StoreUnavailable if the file cannot be a
    database of ours, and OSError if it cannot be opened. The database is then unchanged.
    """
    if not path.parent.is_dir():
        raise StoreUnavailable(f"The folder of the store {path} does not exist. Make it first.")
    if path.exists() and not path.is_file():
        raise StoreUnavailable(f"The store {path} must be a file.")
    is_new = not Path(f"{path}.lock").exists()
    lock = _lock(Path(f"{path}.lock"), path)
    try:
        _check_ours(path)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, PRIVATE))
        path.chmod(PRIVATE)
    except BaseException:
        if is_new:
            Path(f"{path}.lock").unlink()
        os.close(lock)
        raise
    return lock


def is_ours(path: Path) -> bool:
    """Return True for a database of Watch Party, or an empty file that may become one."""
    with path.open("rb") as file:
        header = file.read(100)
    return not header or (header[:16] == MAGIC and header[68:72] == APPLICATION_ID)


def _lock(lock_path: Path, path: Path) -> int:
    lock = os.open(lock_path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, PRIVATE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise InUse(
            f"Another server already uses {path}. Stop it first, or give this one another file."
            " (A worker is a server, too: with SQLite, run one process, `workers = 0`.)"
        ) from None
    return lock


def _check_ours(path: Path) -> None:
    if path.exists():
        if path.stat().st_nlink > 1:
            # The lock belongs to a name, and SQLite's log, too.
            raise StoreUnavailable(f"{path} has a second name (a hard link). Remove one of them.")
        if not is_ours(path):
            raise StoreUnavailable(f"{path} is not a database of Watch Party.")

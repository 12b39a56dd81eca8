"""One connection for all requests: reads one by one, writes committed in groups."""

import asyncio
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from aiosqlite import Connection

from watchparty.party.errors import PartyError, StoreUnavailable

T = TypeVar("T")
Work = Callable[[Connection], Awaitable[T]]

logger = logging.getLogger(__name__)


class Job(NamedTuple):
    """Work for the connection, and the future for its outcome."""

    work: Work[Any]
    outcome: asyncio.Future[Any]
    writes: bool


class FileGuard:
    """Detects files that were moved, replaced or truncated: writes to them would be lost.

    The files are the database, its write-ahead log, which has the newest messages, and the lock
    file, which keeps a second server away.
    """

    def __init__(self, path: str) -> None:
        self._database = path
        names = [] if path == ":memory:" else [path, f"{path}-wal", f"{path}.lock"]
        self._seen: dict[str, os.stat_result | None] = dict.fromkeys(names)
        self.snapshot()

    def check(self) -> None:
        """Raise StoreUnavailable when a file was moved, deleted, replaced or truncated."""
        for name, before in self._seen.items():
            if before is not None and not self._is_intact(name, before, _stat(name)):
                logger.error("the file %s was moved, deleted, replaced or truncated", name)
                raise StoreUnavailable

    def _is_intact(self, name: str, before: os.stat_result, now: os.stat_result | None) -> bool:
        """Return True for the same file, no shorter than before.

        Commits of other programs go to the log. Only we write to the database, at checkpoints, so
        another time means that somebody has copied another file over it.
        """
        if now is None or not os.path.samestat(before, now) or now.st_size < before.st_size:
            return False
        return name != self._database or now.st_mtime_ns == before.st_mtime_ns

    def snapshot(self) -> None:
        """Record the files as they are now, after a write of our own."""
        self._seen = {name: _stat(name) for name in self._seen}


class GroupCommit:
    """The only user of the connection.

    All jobs that were queued during the last commit run together: first the reads, which
    therefore see only committed data, then the writes in one transaction. Most of the time goes
    into committing to disk, and a group of a hundred takes no longer than a single write. The
    task that runs the jobs exists only while there are any, so nobody has to start or stop it.

    A job may raise a PartyError, preferably before it has changed anything: otherwise the whole
    group is rolled back and run again.
    """

    def __init__(self, db: Connection, guard: FileGuard) -> None:
        """Use `db` as long as `guard` finds its files in place."""
        self._db = db
        self._guard = guard
        self._queue: list[Job] = []
        self._task: asyncio.Task[None] | None = None

    async def read(self, work: Work[T]) -> T:
        """Return the result of `work`. Raises StoreUnavailable when the database fails."""
        return await self._run(work, writes=False)

    async def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction, and return its result when that is durable.

        Raises StoreUnavailable, with nothing changed, when the database fails.
        """
        return await self._run(work, writes=True)

    async def finish(self) -> None:
        """Wait until all queued jobs are done."""
        if self._task is not None:
            await self._task

    async def _run(self, work: Work[T], writes: bool) -> T:
        outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append(Job(work, outcome, writes))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        return await outcome

    async def _drain(self) -> None:
        while self._queue:
            group, self._queue = self._queue, []
            for job in group:
                if not job.writes:
                    await self._run_read(job)
            await self._commit([job for job in group if job.writes])

    async def _run_read(self, job: Job) -> None:
        try:
            _settle(job, await job.work(self._db))
        except Exception as error:
            _reject([job], error)

    async def _commit(self, group: list[Job]) -> None:
        if not group:
            return
        try:
            await self._db.execute("BEGIN IMMEDIATE")
            results = [await self._run_write(job) for job in group]
            self._guard.check()
            await self._db.execute("COMMIT")
            self._guard.snapshot()
        except Exception as error:
            await self._roll_back()
            await self._fail_or_retry(group, error)
        else:
            for job, result in zip(group, results, strict=True):
                _settle(job, result)

    async def _run_write(self, job: Job) -> Any:
        before = self._db.total_changes
        try:
            return await job.work(self._db)
        except PartyError as refusal:
            if self._db.total_changes != before:
                raise
            return refusal

    async def _fail_or_retry(self, group: list[Job], error: Exception) -> None:
        """Fail the whole group after a disk error; otherwise run the jobs again, one by one.

        With a full disk or a locked file, each retry would only wait for the same error.
        """
        if len(group) == 1 or isinstance(error, sqlite3.OperationalError | StoreUnavailable):
            _reject(group, error)
        else:
            for job in group:
                await self._commit([job])

    async def _roll_back(self) -> None:
        with suppress(sqlite3.Error, ValueError):  # a closed connection has no transaction
            if self._db.in_transaction:
                await self._db.execute("ROLLBACK")


def _settle(job: Job, result: Any) -> None:
    if job.outcome.done():  # the caller was cancelled
        return
    if isinstance(result, PartyError):
        job.outcome.set_exception(result)
    else:
        job.outcome.set_result(result)


def _reject(group: list[Job], error: Exception) -> None:
    """Map SQLite errors to StoreUnavailable; pass on other exceptions."""
    if isinstance(error, sqlite3.Error):
        logger.error("the database failed: %s: %s", type(error).__name__, _safe_message(error))
        error = StoreUnavailable()
    for job in group:
        if not job.outcome.done():
            job.outcome.set_exception(error)


def _safe_message(error: sqlite3.Error) -> str:
    """Return SQLite's message, but not one by Python, which may quote data, even a magic key."""
    return str(error) if hasattr(error, "sqlite_errorname") else "the stored data is invalid"


def _stat(name: str) -> os.stat_result | None:
    try:
        return os.stat(name)  # noqa: PTH116  (takes half the time of Path.stat)
    except OSError:
        return None

"""One connection for all: reads as they come, and writes that are committed together."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from aiosqlite import Connection

from watchparty.party.errors import PartyError, StoreUnavailable
from watchparty.storage.file_lock import Presence

T = TypeVar("T")
Work = Callable[[Connection], Awaitable[T]]

logger = logging.getLogger(__name__)


class Order(NamedTuple):
    """Some work for the connection, and where its outcome is awaited."""

    work: Work[Any]
    outcome: asyncio.Future[Any]
    writes: bool


class GroupCommit:
    """The only one who touches the connection.

    Whatever queued up while the last commit ran is worked off together: first the reads,
    which therefore see nothing that is not committed, then the writes in one transaction.
    Committing to disk is what takes time, and a group of a hundred takes no longer than
    one. The task that does it lives only while there is something to do, so there is
    nothing to start and nothing to cancel.

    Work refuses by raising a PartyError; best before it has changed anything, because
    otherwise the whole group is taken back and done again.
    """

    def __init__(self, db: Connection, presence: Presence) -> None:
        """Use `db`, as long as its files are present: in others nothing is durable."""
        self._db = db
        self._presence = presence
        self._queue: list[Order] = []
        self._task: asyncio.Task[None] | None = None

    async def read(self, work: Work[T]) -> T:
        """Return what `work` finds. Raises StoreUnavailable when the database refuses."""
        return await self._run(work, writes=False)

    async def write(self, work: Work[T]) -> T:
        """Do `work` in a transaction, and return its result once that is durable.

        Raises StoreUnavailable, with nothing changed, when the database refuses.
        """
        return await self._run(work, writes=True)

    async def finish(self) -> None:
        """Return when everything queued is done."""
        if self._task is not None:
            await self._task

    async def _run(self, work: Work[T], writes: bool) -> T:
        outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append(Order(work, outcome, writes))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work_off())
        return await outcome

    async def _work_off(self) -> None:
        while self._queue:
            group, self._queue = self._queue, []
            for order in group:
                if not order.writes:
                    await self._look(order)
            await self._commit([order for order in group if order.writes])

    async def _look(self, order: Order) -> None:
        try:
            _settle(order, await order.work(self._db))
        except Exception as error:
            _refuse([order], error)

    async def _commit(self, group: list[Order]) -> None:
        if not group:
            return
        try:
            await self._db.execute("BEGIN IMMEDIATE")
            results = [await self._do(order) for order in group]
            self._presence.check()
            await self._db.execute("COMMIT")
            self._presence.note()
        except Exception as error:
            await self._roll_back()
            await self._fail(group, error)
        else:
            for order, result in zip(group, results, strict=True):
                _settle(order, result)

    async def _do(self, order: Order) -> Any:
        before = self._db.total_changes
        try:
            return await order.work(self._db)
        except PartyError as refusal:
            if self._db.total_changes != before:
                raise
            return refusal

    async def _fail(self, group: list[Order], error: Exception) -> None:
        """Refuse everybody when it is the disk; else try each alone: one's fault is not another's.

        A disk that is full or locked would only make each of them wait for its own refusal.
        """
        if len(group) == 1 or isinstance(error, sqlite3.OperationalError | StoreUnavailable):
            _refuse(group, error)
        else:
            for order in group:
                await self._commit([order])

    async def _roll_back(self) -> None:
        with suppress(sqlite3.Error, ValueError):  # a connection that is gone holds nothing
            if self._db.in_transaction:
                await self._db.execute("ROLLBACK")


def _settle(order: Order, result: Any) -> None:
    if order.outcome.done():  # its caller has gone
        return
    if isinstance(result, PartyError):
        order.outcome.set_exception(result)
    else:
        order.outcome.set_result(result)


def _refuse(group: list[Order], error: Exception) -> None:
    """Say it in the product's words; what is no fault of the database stays as it is."""
    if isinstance(error, sqlite3.Error):
        logger.error("the database refused: %s: %s", type(error).__name__, _words_of(error))
        error = StoreUnavailable()
    for order in group:
        if not order.outcome.done():
            order.outcome.set_exception(error)


def _words_of(error: sqlite3.Error) -> str:
    """Return what SQLite says; Python's own words may quote what is kept, down to a magic key."""
    return str(error) if hasattr(error, "sqlite_errorname") else "what is kept makes no sense"

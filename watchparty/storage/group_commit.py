"""One writer that commits together whatever queued up while the last commit ran."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

from aiosqlite import Connection

from watchparty.party.errors import StoreUnavailable

T = TypeVar("T")
Work = Callable[[Connection], Awaitable[T]]

logger = logging.getLogger(__name__)


class Order(NamedTuple):
    """Some work for the connection, and where its outcome is awaited."""

    work: Work[Any]
    outcome: asyncio.Future[Any]


class GroupCommit:
    """The only one who touches the connection, one transaction after the other.

    Everything asked of the store goes through here, reads too, so nobody ever sees
    what is not committed. Committing to disk is what takes time, and a group of a
    hundred takes no longer than one. The task that does it lives only while there
    is something to do, so there is nothing to start and nothing to cancel.
    """

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._queue: list[Order] = []
        self._task: asyncio.Task[None] | None = None

    async def run(self, work: Work[T]) -> T:
        """Do `work` in a transaction, and return its result once that is durable.

        Raises StoreUnavailable, with nothing changed, when the database refuses.
        """
        outcome: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._queue.append(Order(work, outcome))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work_off())
        return await outcome

    async def finish(self) -> None:
        """Return when everything queued is done."""
        if self._task is not None:
            await self._task

    async def _work_off(self) -> None:
        while self._queue:
            group, self._queue = self._queue, []
            await self._commit(group)

    async def _commit(self, group: list[Order]) -> None:
        try:
            await self._db.execute("BEGIN IMMEDIATE")
            results = [await order.work(self._db) for order in group]
            await self._db.execute("COMMIT")
        except Exception as error:
            await self._fail(group, error)
        else:
            for order, result in zip(group, results, strict=True):
                if not order.outcome.done():  # its caller may have gone
                    order.outcome.set_result(result)

    async def _fail(self, group: list[Order], error: Exception) -> None:
        """Take the whole transaction back, and try each alone: one's fault is not another's."""
        await self._roll_back()
        if len(group) > 1:
            for order in group:
                await self._commit([order])
        elif not group[0].outcome.done():
            group[0].outcome.set_exception(_told(error))

    async def _roll_back(self) -> None:
        if self._db.in_transaction:
            await self._db.execute("ROLLBACK")


def _told(error: Exception) -> Exception:
    """Say it in the product's words; what is no fault of the database stays as it is."""
    if isinstance(error, sqlite3.Error):
        logger.error("the database refused: %s: %s", type(error).__name__, error)
        return StoreUnavailable()
    return error

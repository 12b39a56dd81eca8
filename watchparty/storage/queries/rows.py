"""Run one statement, and fetch all of its rows in one trip to the connection's thread."""

from collections.abc import Iterable
from typing import Any

from aiosqlite import Connection

Row = tuple[Any, ...]


async def fetch_rows(db: Connection, sql: str, values: Iterable[Any]) -> list[Row]:
    """Run one statement and return its rows."""
    return [tuple(row) for row in await db.execute_fetchall(sql, values)]


async def require_rows(
    db: Connection, sql: str, values: Iterable[Any], error: type[Exception]
) -> None:
    """Run a statement that returns the rows it found or changed; raise when there are none."""
    if not list(await db.execute_fetchall(sql, values)):
        raise error

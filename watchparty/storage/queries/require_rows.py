"""Statements that must find or change a row."""

from collections.abc import Iterable
from typing import Any

from aiosqlite import Connection


async def require_rows(
    db: Connection, sql: str, values: Iterable[Any], error: type[Exception]
) -> None:
    """Run a statement that returns the rows it found or changed; raise when there are none."""
    if not list(await db.execute_fetchall(sql, values)):
        raise error

"""Finish writes even if the client hangs up, which makes servers cancel the request."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# The event loop keeps only weak references to tasks.
_running: set[asyncio.Task[Any]] = set()


def uncancellable(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Awaitable[T]]:
    """Run `function` to its end even if its caller is cancelled.

    Without this, a message could be stored and never reach the readers, because its author
    hung up between the commit and the wake-up.
    """

    @wraps(function)
    async def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.ensure_future(function(*args, **kwargs))
        _running.add(task)
        task.add_done_callback(_forget)
        return await asyncio.shield(task)

    return wrapper


def _forget(task: asyncio.Task[Any]) -> None:
    """Forget a task, and mark its exception as retrieved: its caller may be gone."""
    _running.discard(task)
    if not task.cancelled():
        task.exception()

"""A write, once begun, is finished: the servers cancel a handler whose client hangs up."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# The event loop keeps only weak references to tasks.
_under_way: set[asyncio.Task[Any]] = set()


def indivisible(verb: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Awaitable[T]]:
    """Run `verb` to its end even when the caller is cancelled meanwhile.

    Without it a message could be in the store and never reach the readers, because
    its author hung up between the commit and the waking.
    """

    @wraps(verb)
    async def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.ensure_future(verb(*args, **kwargs))
        _under_way.add(task)
        task.add_done_callback(_end)
        return await asyncio.shield(task)

    return whole


def _end(task: asyncio.Task[Any]) -> None:
    """Let go of a task; how it failed is of interest only to a caller who is still there."""
    _under_way.discard(task)
    if not task.cancelled():
        task.exception()

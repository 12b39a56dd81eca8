"""Wait for news and for the reader's hanging up at once, in one task."""

import asyncio
from collections.abc import Awaitable


class Waiter:
    """One who waits. Woken by cancelling what they wait for: a second task would cost more."""

    __slots__ = ("_awake", "_task")

    def __init__(self) -> None:
        self._task: asyncio.Task[object] | None = None
        self._awake = False

    def wake(self) -> None:
        """Let them look again, if they wait."""
        if self._task is not None and not self._awake:
            self._awake = True
            self._task.cancel()

    async def wait(self, gone: Awaitable[object], seconds: float) -> bool:
        """Wait until woken or for so many seconds; return False when `gone` came first."""
        self._task, self._awake = asyncio.current_task(), False
        timer = asyncio.get_running_loop().call_later(seconds, self.wake)
        try:
            await gone
        except asyncio.CancelledError:
            # Somebody else may cancel the task as well, and then it is to end.
            if self._task is None or not self._awake or self._task.uncancel():
                raise
            return True
        finally:
            timer.cancel()
            self._task = None
        return False

"""Whoever asks most does not stand before everybody else: a few of an address at a time."""

from asyncio import Semaphore
from weakref import WeakValueDictionary

from watchparty.party.errors import RateLimited
from watchparty.web.limits.quotas import AT_ONCE, LINE_MAX

SOON = 1  # seconds until the line is likely shorter


class Line:
    """Those of one address: a few under way, a bounded number waiting behind them."""

    def __init__(self) -> None:
        self._turns = Semaphore(AT_ONCE)
        self._waiting = 0

    async def enter(self) -> None:
        """Wait for a turn. Raises RateLimited when the line is too long."""
        if self._waiting >= LINE_MAX:
            raise RateLimited(SOON)
        self._waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting -= 1

    def leave(self) -> None:
        """Let the next have a turn."""
        self._turns.release()


class Lines:
    """The line of each address, as long as somebody is in it."""

    def __init__(self) -> None:
        self._lines: WeakValueDictionary[str, Line] = WeakValueDictionary()

    def of(self, address: str) -> Line:
        """Return the line of an address."""
        return self._lines.setdefault(address, Line())

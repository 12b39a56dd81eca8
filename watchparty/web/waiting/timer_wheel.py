"""A timer wheel: requests that expire in the same tenth of a second share one timer.

Thousands of held requests wait equally long. One event loop timer for each would cost more than
the rest of the wait (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987).
"""

import asyncio
from functools import cached_property
from typing import Protocol

RESOLUTION = 0.1  # seconds; a timer fires at most this late, and never early


class Expiring(Protocol):
    """Something that expires."""

    def expire(self) -> object:
        """Handle the timeout."""


class TimerWheel:
    """The timers of one event loop, by the tick in which they fire."""

    def __init__(self) -> None:
        self._ticks: dict[int, set[Expiring]] = {}

    @cached_property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the event loop. Cached, because get_running_loop() makes a system call."""
        return asyncio.get_running_loop()

    def start(self, entry: Expiring, seconds: float) -> set[Expiring]:
        """Expire `entry` after `seconds`, unless it is discarded from the returned set first."""
        tick = int((self.loop.time() + seconds) / RESOLUTION) + 1
        entries = self._ticks.get(tick)
        if entries is None:
            entries = self._ticks[tick] = set()
            self.loop.call_at(tick * RESOLUTION, self._fire, tick)
        entries.add(entry)
        return entries

    def _fire(self, tick: int) -> None:
        for entry in self._ticks.pop(tick):
            entry.expire()

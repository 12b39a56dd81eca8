"""One timer for all whose time is over in the same moment: thousands wait equally long."""

import asyncio
from functools import cached_property
from typing import Protocol

RESOLUTION = 0.1  # seconds; an alarm rings that much late at most, and never early


class Sleeper(Protocol):
    """Somebody whose time will be over."""

    def ring(self) -> object:
        """Tell them that it is."""


class Alarms:
    """A timing wheel (Varghese and Lauck, 1987): who is to be called, by the tick of the clock."""

    def __init__(self) -> None:
        self._ticks: dict[int, set[Sleeper]] = {}

    @cached_property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop that all this happens in; to ask for it is a system call."""
        return asyncio.get_running_loop()

    def set(self, sleeper: Sleeper, seconds: float) -> set[Sleeper]:
        """Ring for `sleeper` in so many seconds, unless discarded from what is returned."""
        tick = int((self.loop.time() + seconds) / RESOLUTION) + 1
        sleepers = self._ticks.get(tick)
        if sleepers is None:
            sleepers = self._ticks[tick] = set()
            self.loop.call_at(tick * RESOLUTION, self._strike, tick)
        sleepers.add(sleeper)
        return sleepers

    def _strike(self, tick: int) -> None:
        for sleeper in self._ticks.pop(tick):
            sleeper.ring()

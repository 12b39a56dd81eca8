"""One timer for all whose time is over in the same moment: thousands wait equally long."""

import asyncio
from collections.abc import Callable
from functools import cached_property

RESOLUTION = 0.1  # seconds; an alarm rings that much late at most, and never early

Ring = Callable[[], object]


class Alarms:
    """A timing wheel (Varghese and Lauck, 1987): who is to be called, by the tick of the clock."""

    def __init__(self) -> None:
        self._ticks: dict[int, set[Ring]] = {}

    @cached_property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop that all this happens in; to ask for it is a system call."""
        return asyncio.get_running_loop()

    def set(self, ring: Ring, seconds: float) -> set[Ring]:
        """Call `ring` in so many seconds, unless it is discarded from what is returned."""
        tick = int((self.loop.time() + seconds) / RESOLUTION) + 1
        rings = self._ticks.get(tick)
        if rings is None:
            rings = self._ticks[tick] = set()
            self.loop.call_at(tick * RESOLUTION, self._strike, tick)
        rings.add(ring)
        return rings

    def _strike(self, tick: int) -> None:
        for ring in self._ticks.pop(tick):
            ring()

"""Polls that are held: so many of one credential, and so many in all."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Hashable
from contextlib import asynccontextmanager

from watchparty.party.errors import RateLimited
from watchparty.web.limits.quotas import HELD_IN_ALL

AGAIN = 5  # seconds after which somebody else may have gone

Holders = Collection[tuple[Hashable, int]]  # in whose names, each with how many they may hold
GiveWay = Callable[[], object]


class Held:
    """The polls under way. One too many ends the oldest, whose client has likely gone."""

    def __init__(self, in_all: int = HELD_IN_ALL) -> None:
        self._in_all = in_all
        self._count = 0
        self._places: dict[Hashable, list[GiveWay]] = {}

    def enter(self, holders: Holders, give_way: GiveWay) -> None:
        """Take a place, until `give_way` is called: then a newer poll has it.

        Raises RateLimited when there are too many in all.
        """
        if self._count >= self._in_all:
            raise RateLimited(AGAIN, "Too many are waiting here. Try again in a moment.")
        self._count += 1
        for holder, most in holders:
            places = self._places.setdefault(holder, [])
            places.append(give_way)
            if len(places) > most:
                places.pop(0)()

    def leave(self, holders: Holders, give_way: GiveWay) -> None:
        """Give back the place that was taken."""
        self._count -= 1
        for holder, _ in holders:
            places = self._places.get(holder, [])
            if give_way in places:
                places.remove(give_way)
            if not places:
                self._places.pop(holder, None)


@asynccontextmanager
async def place(held: Held, holders: Holders) -> AsyncIterator[None]:
    """Hold a poll in these names. Raises RateLimited, also when it has to give way."""
    try:
        async with asyncio.timeout(None) as until:

            def give_way() -> None:
                if not until.expired():
                    until.reschedule(asyncio.get_running_loop().time())

            held.enter(holders, give_way)
            try:
                yield
            finally:
                held.leave(holders, give_way)
    except TimeoutError:
        raise displaced() from None


def displaced() -> RateLimited:
    """Return what somebody is told whose poll had to give way."""
    return RateLimited(AGAIN, "Another request of yours waits in the place of this one.")

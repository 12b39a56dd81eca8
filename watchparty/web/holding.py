"""Polls that are held: so many of one credential, and so many in all."""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from watchparty.party.errors import RateLimited
from watchparty.web.quotas import HELD_IN_ALL

AGAIN = 5  # seconds after which somebody else may have gone


class Held:
    """The polls under way. One too many ends the oldest, whose client has likely gone."""

    def __init__(self, in_all: int = HELD_IN_ALL) -> None:
        self._in_all = in_all
        self._count = 0
        self._places: defaultdict[str, deque[asyncio.Timeout]] = defaultdict(deque)

    @asynccontextmanager
    async def place(self, holders: Mapping[str, int]) -> AsyncIterator[None]:
        """Hold a poll in these names, each of which may hold so many.

        Raises RateLimited when a newer one takes its place, or when there are too many in all.
        """
        if self._count >= self._in_all:
            raise RateLimited(AGAIN, "Too many are waiting here. Try again in a moment.")
        self._count += 1
        try:
            async with asyncio.timeout(None) as place:
                self._make_room(holders, place)
                yield
        except TimeoutError:
            raise RateLimited(
                AGAIN, "Another request of yours waits in the place of this one."
            ) from None
        finally:
            self._count -= 1
            self._leave(holders, place)

    def _make_room(self, holders: Mapping[str, int], place: asyncio.Timeout) -> None:
        now = asyncio.get_running_loop().time()
        for holder, most in holders.items():
            places = self._places[holder]
            places.append(place)
            if len(places) > most and not (oldest := places.popleft()).expired():
                oldest.reschedule(now)

    def _leave(self, holders: Mapping[str, int], place: asyncio.Timeout) -> None:
        for holder in holders:
            places = self._places[holder]
            if place in places:
                places.remove(place)
            if not places:
                del self._places[holder]

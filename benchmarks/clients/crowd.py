"""Everybody who listens on a server, in one chat or in many, and what they hear."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from benchmarks.clients.listener import Listener, Room
from benchmarks.clients.venues import Venue

AT_ONCE = 50  # who join, connect or talk in the same moment
PATIENCE = 120.0  # seconds for all of them to get a message


Item = TypeVar("Item")


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))


class Crowd:
    """Listeners, and what each message took to reach each of them."""

    def __init__(self, venue: Venue, host: str, port: int) -> None:
        self._venue, self._address = venue, (host, port)
        self.rooms: list[Room] = []
        self.listeners: list[Listener] = []
        self.latencies: list[float] = []  # seconds, of each delivery, in their order
        self._missing = 0
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._failure = ""

    async def gather(self, rooms: int, each: int) -> None:
        """Start chats, let so many join each of them, and connect them all."""
        for some in _batches(range(rooms)):
            self.rooms += await asyncio.gather(*(self._venue.open_room(each) for _ in some))
        names = [(room, f"Guest {number}") for number in range(each) for room in self.rooms]
        for pairs in _batches(names):
            joins = (room.admit(self, name) for room, name in pairs)
            self.listeners += await asyncio.gather(*joins)
        await self.connect()

    async def connect(self) -> None:
        """Connect all, and return when they are."""
        self._expect(len(self.listeners))
        for some in _batches(self.listeners):
            await asyncio.gather(*map(self._connect, some))
        await self._wait()

    async def _connect(self, listener: Listener) -> None:
        await asyncio.get_running_loop().create_connection(lambda: listener, *self._address)

    async def say(self) -> None:
        """Say one thing in each room, and return when everybody has heard it."""
        self._expect(len(self.listeners))
        quiet = iter(self.rooms)
        await asyncio.gather(*(self._talk(quiet) for _ in range(min(AT_ONCE, len(self.rooms)))))
        await self._wait()

    async def _talk(self, quiet: Iterator[Room]) -> None:
        for room in quiet:
            room.said += 1
            room.said_at = time.perf_counter()
            await room.say()

    def leave(self) -> None:
        """Hang up, all at once."""
        for listener in self.listeners:
            listener.leave()

    def check(self) -> None:
        """Raise unless everybody has heard everything once."""
        if self._failure:
            raise RuntimeError(self._failure)
        deaf = sum(listener.last_id != listener.room.said for listener in self.listeners)
        if deaf:
            raise RuntimeError(f"{deaf} of {len(self.listeners)} missed something")

    def _expect(self, events: int) -> None:
        self._missing, self._done = events, asyncio.get_running_loop().create_future()

    async def _wait(self) -> None:
        if self._failure:
            raise RuntimeError(self._failure)
        try:
            await asyncio.wait_for(self._done, PATIENCE)
        except TimeoutError:
            raise RuntimeError(f"{self._missing} of {len(self.listeners)} wait in vain") from None

    def arrived(self) -> None:
        """Note that somebody is connected."""
        self._count()

    def heard(self, listener: Listener) -> None:
        """Note that somebody got the next message."""
        self.latencies.append(time.perf_counter() - listener.room.said_at)
        self._count()

    def _count(self) -> None:
        self._missing -= 1
        if not self._missing and not self._done.done():
            self._done.set_result(None)

    def failed(self, why: str) -> None:
        """Note the first thing that is not as it must be."""
        self._failure = self._failure or why
        if not self._done.done():
            self._done.set_exception(RuntimeError(why))
            self._done.exception()  # nobody may be waiting just now

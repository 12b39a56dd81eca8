"""All listeners on a server, in one chat or in many, and the latency of what they receive."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from benchmarks.clients.drivers import Driver
from benchmarks.clients.listener import Chat, Listener

AT_ONCE = 50  # clients that join, connect or post at the same time
TIMEOUT = 120.0  # seconds until all have connected or received a message


Item = TypeVar("Item")


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))


class Crowd:
    """The listeners, and how long each delivery took."""

    def __init__(self, driver: Driver, host: str, port: int) -> None:
        self._driver, self._address = driver, (host, port)
        self.chats: list[Chat] = []
        self.listeners: list[Listener] = []
        self.latencies: list[float] = []  # seconds, in the order of the deliveries
        self._missing = 0
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._failure = ""

    async def gather(self, chats: int, each: int) -> None:
        """Create chats, add `each` listeners to each of them, and connect them all."""
        for batch in _batches(range(chats)):
            self.chats += await asyncio.gather(*(self._driver.create_chat(each) for _ in batch))
        names = [(chat, f"Guest {number}") for number in range(each) for chat in self.chats]
        for pairs in _batches(names):
            joins = (chat.new_listener(self, name) for chat, name in pairs)
            self.listeners += await asyncio.gather(*joins)
        await self.connect()

    async def connect(self) -> None:
        """Connect all listeners, and wait until they are connected."""
        self._expect(len(self.listeners))
        for batch in _batches(self.listeners):
            await asyncio.gather(*map(self._connect, batch))
        await self._wait()

    async def _connect(self, listener: Listener) -> None:
        await asyncio.get_running_loop().create_connection(lambda: listener, *self._address)

    async def post(self) -> None:
        """Post a message in each chat, and wait until every listener has received it."""
        self._expect(len(self.listeners))
        remaining = iter(self.chats)
        await asyncio.gather(
            *(self._post_in(remaining) for _ in range(min(AT_ONCE, len(self.chats))))
        )
        await self._wait()

    async def _post_in(self, remaining: Iterator[Chat]) -> None:
        for chat in remaining:
            chat.posted += 1
            chat.posted_at = time.perf_counter()
            await chat.post()

    def disconnect(self) -> None:
        """Disconnect all listeners at once."""
        for listener in self.listeners:
            listener.disconnect()

    def check(self) -> None:
        """Raise RuntimeError unless every listener has received every message once."""
        if self._failure:
            raise RuntimeError(self._failure)
        incomplete = sum(listener.last_id != listener.chat.posted for listener in self.listeners)
        if incomplete:
            raise RuntimeError(f"{incomplete} of {len(self.listeners)} missed messages")

    def _expect(self, events: int) -> None:
        self._missing, self._done = events, asyncio.get_running_loop().create_future()

    async def _wait(self) -> None:
        if self._failure:
            raise RuntimeError(self._failure)
        try:
            await asyncio.wait_for(self._done, TIMEOUT)
        except TimeoutError:
            raise RuntimeError(
                f"{self._missing} of {len(self.listeners)} got nothing in time"
            ) from None

    def connected(self) -> None:
        """Count a listener that has connected."""
        self._count()

    def received(self, listener: Listener) -> None:
        """Count a delivery and note its latency."""
        self.latencies.append(time.perf_counter() - listener.chat.posted_at)
        self._count()

    def _count(self) -> None:
        self._missing -= 1
        if not self._missing and not self._done.done():
            self._done.set_result(None)

    def failed(self, reason: str) -> None:
        """Keep the first failure, and raise it in whatever waits."""
        self._failure = self._failure or reason
        if not self._done.done():
            self._done.set_exception(RuntimeError(reason))
            self._done.exception()  # mark it as retrieved: nothing may be waiting

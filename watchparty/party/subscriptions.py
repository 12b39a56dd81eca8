"""Everybody who waits for news of a chat, and how they are woken."""

import asyncio
from collections.abc import Callable, Collection
from typing import Protocol

from watchparty.party.errors import Stopping


class Listener(Protocol):
    """Somebody who waits."""

    def wake(self) -> object:
        """Let them look again, now or as soon as they would wait."""


class Audience:
    """Who waits for news of one chat."""

    def __init__(self) -> None:
        # In the order they came, which is about that of their memory: to wake thousands in the
        # order of a set costs up to 7 % more.
        self._listeners: dict[Listener, None] = {}
        self.is_stopping = False

    def join(self, listener: Listener) -> None:
        """Wake them whenever there may be more to look at; join before you look."""
        self._listeners[listener] = None

    def leave(self, listener: Listener) -> None:
        """Don't wake them any more."""
        self._listeners.pop(listener, None)

    def wake(self) -> None:
        """Let everybody who waits look again."""
        for listener in self._listeners:
            listener.wake()

    def stop(self) -> None:
        """Let everybody look once more, and nobody wait any longer."""
        self.is_stopping = True
        self.wake()

    def stay(self) -> None:
        """Ask before each wait, after the look. Raises Stopping when the server goes down."""
        if self.is_stopping:
            raise Stopping


class News(asyncio.Event):
    """An event that is woken for."""

    wake = asyncio.Event.set


async def until_news(
    audiences: Collection[Audience], has_news: Callable[[], bool], wait: float
) -> None:
    """Return when there is news in the eyes of `has_news`, or after `wait` seconds.

    Look, wait, look again: whatever happens after a look has set the event by the time it
    is waited for. Raises Stopping, and what `has_news` raises.
    """
    news = News()
    for audience in audiences:
        audience.join(news)
    try:
        async with asyncio.timeout(wait):
            while not has_news():
                for audience in audiences:
                    audience.stay()
                await news.wait()
                news.clear()
    except TimeoutError:
        pass
    finally:
        for audience in audiences:
            audience.leave(news)

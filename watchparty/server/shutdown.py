"""Answer everybody who waits as soon as the process is told to stop.

Servers tell an application of their end when their last connection is gone, and a held
poll is a connection: they would wait for each other until the grace is over. So the
application listens to the signals itself, beside the server and without taking them away:
asyncio's own handlers are reached through the wake-up file descriptor (signal.set_wakeup_fd),
those of other servers are called from here.
"""

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from quart import Quart

from watchparty.party.service import Party

SIGNALS = (signal.SIGINT, signal.SIGTERM)

Handler = Callable[[int, FrameType | None], Any] | int | None


def init_stopping(app: Quart, party: Party) -> None:
    """Let the signals that end `app`'s server stop `party` first."""
    before: dict[signal.Signals, Handler] = {}

    async def listen() -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # signals arrive in the main thread only
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            before[number] = signal.getsignal(number)
            signal.signal(number, _first(loop, party.stop, before[number]))

    async def stop() -> None:
        party.stop()
        for number, handler in before.items():
            signal.signal(number, handler)

    app.before_serving(listen)
    app.after_serving(stop)


def _first(loop: asyncio.AbstractEventLoop, stop: Callable[[], None], then: Handler) -> Handler:
    """Return a handler that lets `loop` do `stop`, and then does what was to be done anyway."""

    def handle(number: int, frame: FrameType | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop)
        if callable(then):
            then(number, frame)

    return handle

"""Stop quickly and cleanly: answer every held request first, then let the server finish.

Servers shut the application down when their last connection has ended, and a held request is
a connection: each would wait for the other until the grace period is over. So the application
listens to the signals itself, beside the server: asyncio's own handlers are reached through the
wake-up file descriptor (signal.set_wakeup_fd), and the handlers below call those of other servers.
"""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from quart import Quart

from watchparty.party.service import ChatService

SIGNALS = (signal.SIGINT, signal.SIGTERM)

STALL_SECONDS = 0.75  # if no request ends for this long, give up on the rest

Handler = Callable[[int, FrameType | None], Any] | int | None


def init_shutdown(app: Quart, service: ChatService) -> None:
    """Stop `service` first when a signal stops the server of `app`."""
    previous: dict[signal.Signals, Handler] = {}

    async def install() -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # signals arrive in the main thread only
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            previous[number] = signal.getsignal(number)
            signal.signal(number, _chain(loop, service.stop, previous[number]))

    async def stop() -> None:
        service.stop()
        for number, handler in previous.items():
            signal.signal(number, handler)

    app.before_serving(install)
    app.after_serving(stop)


def stop_event() -> asyncio.Event:
    """Return an event that SIGTERM and Ctrl-C set from now on."""
    stopped = asyncio.Event()
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    return stopped


async def serve_until(stopped: asyncio.Event, app: Quart, config: Config) -> None:
    """Serve until the event is set, and end soon after, whatever clients are doing."""
    serving = asyncio.ensure_future(hypercorn_serve(app, config, shutdown_trigger=stopped.wait))
    stopping = asyncio.ensure_future(stopped.wait())
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    await _wait_for_connections(serving)
    await app.extensions["watchparty.service"].store.close()
    if not serving.done():
        logging.shutdown()
        os._exit(0)  # all data is stored, and Hypercorn may wait for stalled clients forever
    await serving


async def _wait_for_connections(serving: asyncio.Future[None]) -> None:
    """Wait for the server to end, or until no task ends for STALL_SECONDS: clients may stall."""
    before = None
    while not serving.done() and (left := len(asyncio.all_tasks())) != before:
        before = left
        await asyncio.wait([serving], timeout=STALL_SECONDS)


def _chain(loop: asyncio.AbstractEventLoop, stop: Callable[[], None], then: Handler) -> Handler:
    """Return a signal handler that calls `stop` in `loop`, and then the handler `then`."""

    def handle(number: int, frame: FrameType | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop)
        if callable(then):
            then(number, frame)

    return handle

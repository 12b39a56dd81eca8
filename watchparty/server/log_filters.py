"""What the event loop complains of too much: connections it does not get, clients that are gone.

asyncio asks for as many connections at a time as the listening socket may queue, and
complains of each that it does not get. With a long queue these complaints would be all
that the server does until somebody hangs up: it is said once in a while instead. And a
phone that lost its network in the middle of an answer is no fault of ours, nor is
a client that makes no sense.

uvicorn tells only the last of several requests on one connection that its client is gone. The
one before writes to it, and uvloop refuses.
"""

import asyncio
import errno
import logging
import time
from typing import Any

from h11 import ProtocolError
from quart import Quart

COMPLAINT = "socket.accept() out of system resource"  # asyncio.selector_events
EVERY = 10.0  # seconds

# asyncio.streams of Python 3.11: of a connection that a stop has cut, it asks what went wrong.
CUT = "StreamReaderProtocol.connection_made"

CLOSED = "; the handler is closed"  # uvloop: handles/handle.pyx, _ensure_alive


def init_overload(app: Quart) -> None:
    """Let `app` keep its event loop from drowning in complaints."""

    @app.before_serving
    async def listen() -> None:
        loop = asyncio.get_running_loop()
        before, told = loop.get_exception_handler(), -EVERY

        def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            nonlocal told
            error = context.get("exception")
            if getattr(error, "errno", None) == errno.ETIMEDOUT or isinstance(error, ProtocolError):
                return
            if isinstance(error, asyncio.CancelledError) and CUT in context["message"]:
                return
            if context.get("message") == COMPLAINT:
                if time.monotonic() - told < EVERY:
                    return
                told = time.monotonic()
                app.logger.error(
                    "no connections left (%s): some have to wait", context["exception"]
                )
            elif before is not None:
                before(loop, context)
            else:
                loop.default_exception_handler(context)

        loop.set_exception_handler(handle)
        logging.getLogger("uvicorn.error").addFilter(is_worth_telling)


def is_worth_telling(record: logging.LogRecord) -> bool:
    """Tell whether an error is more than that somebody is gone."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, BaseExceptionGroup):  # of the framework's tasks
        return error.split(_is_closed)[1] is not None
    return error is None or not _is_closed(error)


def _is_closed(error: BaseException) -> bool:
    return isinstance(error, RuntimeError) and str(error).endswith(CLOSED)

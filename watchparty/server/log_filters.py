"""Keep repetitive errors of the event loop out of the log: exhausted descriptors, lost clients.

asyncio accepts as many connections at a time as the listening socket may queue, and logs an
error with a traceback for each that it fails to accept. When a server runs out of file
descriptors, these would fill the disk, so only one per interval is logged. Clients that lose
their network in the middle of an answer, or send invalid HTTP, are not errors of the server.
"""

import asyncio
import errno
import logging
import time
from typing import Any

from h11 import ProtocolError
from quart import Quart

OUT_OF_FILES = "socket.accept() out of system resource"  # asyncio.selector_events
INTERVAL = 10.0  # seconds between two of these log lines

# At shutdown, asyncio.streams of Python 3.11 asks a cancelled task for its exception, which raises.
CANCELLED_CONNECTION = "StreamReaderProtocol.connection_made"

# One second after it ran out of files, asyncio accepts again, even if a stop has closed the socket.
LATE_RETRY = "_start_serving"  # asyncio.selector_events

# With several requests on one connection, uvicorn reports the disconnect only to the last one.
# The others write to a closed handle, and uvloop raises (handles/handle.pyx, _ensure_alive).
CLOSED_HANDLE = "; the handler is closed"


def init_log_filters(app: Quart) -> None:
    """Filter the log of the event loop of `app` and of its server."""

    @app.before_serving
    async def install() -> None:
        loop = asyncio.get_running_loop()
        previous, logged_at = loop.get_exception_handler(), -INTERVAL

        def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            nonlocal logged_at
            if _is_lost_client(context) or _is_late_retry(context):
                return
            if context.get("message") == OUT_OF_FILES:
                if time.monotonic() - logged_at >= INTERVAL:
                    logged_at = time.monotonic()
                    app.logger.error(
                        "no connections left (%s): new clients have to wait", context["exception"]
                    )
            elif previous is not None:
                previous(loop, context)
            else:
                loop.default_exception_handler(context)

        loop.set_exception_handler(handle)
        logging.getLogger("uvicorn.error").addFilter(is_loggable)


def is_loggable(record: logging.LogRecord) -> bool:
    """Return False for an error that says only that a client has gone."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, BaseExceptionGroup):  # raised by the framework's tasks
        return error.split(_is_closed)[1] is not None
    return error is None or not _is_closed(error)


def _is_lost_client(context: dict[str, Any]) -> bool:
    error = context.get("exception")
    if isinstance(error, asyncio.CancelledError):
        return CANCELLED_CONNECTION in context["message"]
    return getattr(error, "errno", None) == errno.ETIMEDOUT or isinstance(error, ProtocolError)


def _is_late_retry(context: dict[str, Any]) -> bool:
    return isinstance(context.get("exception"), ValueError) and LATE_RETRY in context["message"]


def _is_closed(error: BaseException) -> bool:
    return isinstance(error, RuntimeError) and str(error).endswith(CLOSED_HANDLE)

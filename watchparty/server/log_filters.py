"""Keep out of the log what is no fault of the server: exhausted descriptors, lost clients.

asyncio accepts as many connections at a time as the listening socket may queue, and logs an error
for each that it fails to accept. Clients that lose their network in the middle of an answer, or
send invalid HTTP, are not errors of the server.
"""

import asyncio
import errno
import logging
from typing import Any

from h11 import ProtocolError
from quart import Quart

from watchparty.server.fault_log import LOGGERS, fault_log

OUT_OF_FILES = "socket.accept() out of system resource"  # asyncio.selector_events

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
        previous = loop.get_exception_handler()

        def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            if _is_lost_client(context) or _is_late_retry(context):
                return
            if context.get("message") == OUT_OF_FILES:
                error = context["exception"]
                app.logger.error("no connections left (%s): new clients have to wait", error)
            elif previous is not None:
                previous(loop, context)
            else:
                loop.default_exception_handler(context)

        loop.set_exception_handler(handle)
        logging.getLogger("uvicorn.error").addFilter(is_loggable)
        for name in LOGGERS:
            logging.getLogger(name).addFilter(fault_log)


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

"""Log each fault as one line, once a minute, without a word that a client sent.

The text of an exception often quotes its cause: a request with its credentials, a path with a magic
key. A traceback of several KB for a request of fifty bytes lets a stranger fill the disk. So an
exception is logged as its type and where it was raised, and its repeats are only counted.
"""

import logging
import time
import traceback
from pathlib import Path
from types import TracebackType

INTERVAL = 60.0  # seconds between two lines of the same kind
FRAMES = 6  # innermost first; enough to see who called what

# The loggers of the servers, of the event loop, and ours.
LOGGERS = (
    *("asyncio", "hypercorn.error", "quart.app", "quart.serving", "uvicorn.error", "watchparty"),
    *("_granian", "granian", "granian.access"),
)

# A line of code that logs, and where the exception it logs was raised.
Kind = tuple[str, int, str]


class FaultLog(logging.Filter):
    """Shortens records about faults, and drops those of a kind logged within the last minute."""

    def __init__(self) -> None:
        super().__init__()
        self._logged_at: dict[Kind, float] = {}
        self._dropped: dict[Kind, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return False for a repeat. Warnings and errors lose their traceback and further lines."""
        if record.levelno < logging.WARNING:
            return True
        where = _describe(record.exc_info[1]) if record.exc_info else ""
        kind = (record.pathname, record.lineno, where)
        if time.monotonic() - self._logged_at.get(kind, -INTERVAL) < INTERVAL:
            self._dropped[kind] = self._dropped.get(kind, 0) + 1
            return False
        self._logged_at[kind] = time.monotonic()
        _shorten(record, where, self._dropped.pop(kind, 0))
        return True


# One per process, like the loggers: adding it again changes nothing.
fault_log = FaultLog()


def _shorten(record: logging.LogRecord, where: str, repeats: int) -> None:
    """Replace the traceback by one line, and the exception's text by its type."""
    first_line = record.getMessage().partition("\n")[0]
    counted = f" ({repeats} more of this kind since the last line)" if repeats else ""
    record.msg = f"{first_line}: {where}{counted}" if where else f"{first_line}{counted}"
    record.args, record.exc_info, record.exc_text = None, None, None


def _describe(error: BaseException | None) -> str:
    """Return the type of an exception and where it was raised, innermost frame first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return "" if error is None else f"{type(error).__name__} {_frames(error.__traceback__)}"


def _frames(found: TracebackType | None) -> str:
    frames = reversed(traceback.extract_tb(found)[-FRAMES:])
    return " < ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)


def _short(file: str) -> str:
    return "/".join(Path(file).parts[-2:])

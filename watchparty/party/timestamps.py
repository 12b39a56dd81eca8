"""Wall-clock time, and how it is written in the API."""

import time
from datetime import UTC, datetime


def now() -> int:
    """Return the time in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def rfc3339(milliseconds: int) -> str:
    """Return a time as RFC 3339 section 5.6 text: UTC, milliseconds, `Z`."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""Helpers for rate limits: two addresses, a clock that tests advance, and checks of refusals."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.support.api_client import Answer
from tests.support.server_process import SERVE

ADDRESS_A, ADDRESS_B = "203.0.113.7", "198.51.100.1"
LIMITED = (429, "rate_limited")
START = 1_000.0  # seconds, as of any monotonic clock

# The only clock that the limiters read (throttled/rate_limiter/gcra.py).
PATCHED = """
from pathlib import Path
from throttled import utils
from watchparty.cli import main

clock = Path({file!r})
utils.now_mono_f = lambda: float(clock.read_text())
main()
"""


class RateLimitClock:
    """A clock that only a test advances; `command` starts a server whose rate limits use it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self._now = START
        self.advance(0)
        self.command = [sys.executable, "-c", PATCHED.format(file=str(self._file)), *SERVE[1:]]

    def advance(self, seconds: float) -> None:
        """Let time pass for the rate limits."""
        self._now += seconds
        new = self._file.with_suffix(".new")
        new.write_text(str(self._now))
        new.replace(self._file)


def retry_after(answer: Answer) -> int:
    """Return the seconds to wait, which the header and the body of a refusal must agree on."""
    assert answer.error == LIMITED
    seconds = int(answer.headers["Retry-After"])
    assert seconds >= 1
    assert answer.json["retry_after"] == seconds
    return seconds


async def until_refused(ask: Callable[[], Awaitable[Answer]], most: int) -> tuple[int, Answer]:
    """Repeat a request until it is refused; return how often it succeeded before."""
    for count in range(most + 1):
        answer = await ask()
        if answer.status == 429:
            return count, answer
    raise AssertionError(f"no refusal after {most + 1} requests")

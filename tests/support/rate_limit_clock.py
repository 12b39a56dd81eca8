"""A server whose rate limits refill only when a test says so, however slow the machine is."""

import sys
from pathlib import Path

from tests.support.server_process import SERVE

START = 1_000.0  # seconds, as of any monotonic clock

# The limiters look at this clock only (throttled/rate_limiter/gcra.py).
PATCHED = """
from pathlib import Path
from throttled import utils
from watchparty.cli import main

clock = Path({file!r})
utils.now_mono_f = lambda: float(clock.read_text())
main()
"""


class RateLimitClock:
    """Stands still; `command` starts a server that goes by it."""

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

"""Waiting for a condition, instead of sleeping and hoping."""

import asyncio
import time
from collections.abc import Callable

PATIENCE = 60  # seconds; the longest wait on a busy machine

# Seconds for an event that must happen at once. The tests that use this hold their requests longer,
# so that a request which only times out fails them.
AT_ONCE = 15


async def until(
    condition: Callable[[], bool],
    otherwise: str = "the condition never held",
    patience: float = PATIENCE,
) -> None:
    """Poll until a condition holds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, otherwise
        await asyncio.sleep(0.01)

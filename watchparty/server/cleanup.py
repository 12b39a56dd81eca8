"""Delete expired chats, users and keys while the server runs."""

import asyncio
import logging
import math
import time
from collections.abc import AsyncGenerator
from contextlib import suppress

from quart import Quart

from watchparty.party.errors import StoreUnavailable
from watchparty.party.service import ChatService

# Seconds between two sweeps. Texts that left the window stay in the write-ahead log until then.
SWEEP_INTERVAL = 30.0
BATCH_PAUSE = 0.1  # seconds between two batches of one sweep
JUMP_MAX = 3600.0  # seconds; corrections of a clock that runs well are far smaller

logger = logging.getLogger(__name__)


class JumpWatch:
    """Notices when the clock is set, by comparing it with one that only ever counts on.

    Times in the store are those of the clock: after a jump, parties that are going on look idle.
    """

    def __init__(self, pause: float) -> None:
        """After a jump, wait `pause` seconds."""
        self._pause = pause
        self._resume_at = -math.inf
        self._offset = time.time() - _uptime()

    def is_waiting(self) -> bool:
        """Return True while nothing may be deleted because the clock was set."""
        jump = time.time() - _uptime() - self._offset
        if abs(jump) > JUMP_MAX:
            self._offset += jump
            self._resume_at = _uptime() + self._pause
            logger.warning("the clock was set by %d s: no chat expires for now", jump)
        return _uptime() < self._resume_at


def init_cleanup(app: Quart, service: ChatService, ttl: int) -> None:
    """Delete expired chats while `app` serves; a chat may be idle for `ttl` seconds."""

    @app.while_serving
    async def clean_up() -> AsyncGenerator[None, None]:
        task = asyncio.create_task(_keep_sweeping(service, ttl))
        yield
        task.cancel()


async def _keep_sweeping(service: ChatService, ttl: int) -> None:
    watch = JumpWatch(ttl)
    while True:
        expired = 0
        with suppress(StoreUnavailable):  # writers get the error; the sweep retries later
            if watch.is_waiting():
                await service.store.scrub()
            else:
                expired = await service.delete_expired(ttl)
        await asyncio.sleep(BATCH_PAUSE if expired else SWEEP_INTERVAL)


def _uptime() -> float:
    """Return a count of seconds, with those of a suspended machine where it can tell (Linux)."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

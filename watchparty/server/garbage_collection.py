"""Look for garbage by the clock, and not by how much is made.

A server in which thousands wait makes hundreds of thousands of objects for each message, which
die without a collector's help. Python looks for cycles whenever a number of them is exceeded, and
would walk through all who wait again and again: the more there are, the more a delivery costs. Only
requests to the framework and closed connections leave cycles, and those can wait a second.
"""

import asyncio
import gc
import time
from collections.abc import AsyncGenerator

from quart import Quart

PAUSE = 1.0  # seconds between two looks, at least
SHARE = 0.02  # of the time, at most
FEW = 10_000  # objects made since the last look that are not worth another one; about 1 MB

# Objects made before Python looks by itself, whatever the clock says, and how many such looks
# before the next older generation is looked at, too; its own are 700, 10, 10 (2,000 in 3.13).
THRESHOLDS = (500_000, 1, 1)


def init_garbage_collection(app: Quart) -> None:
    """Collect garbage while `app` serves, without looking at what it started with."""

    @app.while_serving
    async def collect() -> AsyncGenerator[None, None]:
        before = gc.get_threshold()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        task = asyncio.create_task(_keep_collecting())
        yield
        task.cancel()
        gc.set_threshold(*before)
        gc.unfreeze()


async def _keep_collecting() -> None:
    pause = PAUSE
    while True:
        await asyncio.sleep(pause)
        if gc.get_count()[0] > FEW:
            began = time.perf_counter()
            gc.collect()
            pause = max(PAUSE, (time.perf_counter() - began) / SHARE)

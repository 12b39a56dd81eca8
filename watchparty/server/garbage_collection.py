"""Run the garbage collector by the clock, not by the number of new objects.

A server that holds thousands of requests creates some hundred thousand objects for each message.
Reference counting frees them, but after a certain number of new objects Python also searches all
objects for cycles: the more requests are held, the more a delivery would cost. Only closed
connections and requests handled by the framework leave cycles, and those can wait a second.
"""

import asyncio
import gc
import time
from collections.abc import AsyncGenerator

from quart import Quart

MIN_PAUSE = 1.0  # seconds between two collections, at least
MAX_SHARE = 0.02  # of the time that collections may take
MIN_OBJECTS = 10_000  # with fewer new ones (about 1 MB), a collection is not worth its time

# New objects after which Python collects by itself, whatever the clock says, and how many such
# collections until it looks at the next older generation; the defaults are 700, 10, 10.
THRESHOLDS = (500_000, 1, 1)


def init_garbage_collection(app: Quart) -> None:
    """Collect garbage while `app` serves, except among the objects created before."""

    @app.while_serving
    async def collect() -> AsyncGenerator[None, None]:
        previous = gc.get_threshold()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        task = asyncio.create_task(_keep_collecting())
        yield
        task.cancel()
        gc.set_threshold(*previous)
        gc.unfreeze()


async def _keep_collecting() -> None:
    pause = MIN_PAUSE
    while True:
        await asyncio.sleep(pause)
        if gc.get_count()[0] > MIN_OBJECTS:
            began = time.perf_counter()
            gc.collect()
            pause = max(MIN_PAUSE, (time.perf_counter() - began) / MAX_SHARE)

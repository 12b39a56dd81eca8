"""Many wait, nobody says anything, and each asks again when its time is over."""

import asyncio
import time

from benchmarks.running import Running
from benchmarks.servers import POLL, STREAM, WEBSOCKET
from benchmarks.workloads.visiting import gathered

# Seconds, a whole number of periods: a poll is renewed after 25, and from the first second on some
# of them are; a stream gets a comment every 20, a socket is asked every 25, all in one moment.
WATCHED = {POLL: 30, STREAM: 40, WEBSOCKET: 50}


async def measure(server: Running, transport: str, size: int, effort: float) -> dict[str, float]:
    """Return the share of a core, in %, that `size` who wait in one chat keep busy."""
    async with gathered(server, transport, 1, size):
        began, used, own = time.monotonic(), server.cpu(), time.process_time()
        await asyncio.sleep(WATCHED[transport])
        share = 100 / (time.monotonic() - began)
        used, own = server.cpu() - used, time.process_time() - own
    return {"cpu_percent": used * share, "load_percent": own * share}

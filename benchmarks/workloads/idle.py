"""Many clients wait while nobody posts; each poll is renewed when it ends."""

import asyncio
import time

from benchmarks.running import RunningServer
from benchmarks.servers import POLL, STREAM, WEBSOCKET
from benchmarks.workloads.connected_crowd import connected_crowd

# Seconds. All streams get a comment every 20 seconds, and all sockets a ping every 25, so each of
# these covers two periods. Polls are renewed every 25 seconds, evenly from the first second on.
DURATION = {POLL: 30, STREAM: 40, WEBSOCKET: 50}


async def measure(
    server: RunningServer, transport: str, size: int, effort: float
) -> dict[str, float]:
    """Return the share of a core, in %, that `size` clients waiting in one chat use."""
    async with connected_crowd(server, transport, 1, size):
        began, cpu_before, load_before = time.monotonic(), server.cpu(), time.process_time()
        await asyncio.sleep(DURATION[transport])
        seconds = time.monotonic() - began
        server_cpu, load_cpu = server.cpu() - cpu_before, time.process_time() - load_before
    percent = 100 / seconds
    return {"cpu_percent": server_cpu * percent, "load_percent": load_cpu * percent}

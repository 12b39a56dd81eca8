"""A reconnect storm: everybody who waits is cut, and is back in the same moment."""

import time

from benchmarks.running import Running
from benchmarks.workloads.visiting import gathered

STORMS = 5


async def measure(server: Running, transport: str, size: int, effort: float) -> dict[str, float]:
    """Return the CPU for each who comes back, in µs, and the seconds until all wait again."""
    async with gathered(server, transport, 1, size) as crowd:
        await crowd.say()
        await server.calm()
        began, took = server.cpu(), 0.0
        for _ in range(STORMS):
            cut = time.monotonic()
            crowd.leave()
            await crowd.connect()
            took += time.monotonic() - cut + await server.calm()
        used = server.cpu() - began
        await crowd.say()  # and nobody was lost on the way
    return {"cpu_us": used / size / STORMS * 1e6, "again_s": took / STORMS}

"""A reconnect storm: all waiting clients are disconnected, and reconnect at once."""

import time

from benchmarks.running import RunningServer
from benchmarks.workloads.connected_crowd import connected_crowd

STORMS = 5


async def measure(
    server: RunningServer, transport: str, size: int, effort: float
) -> dict[str, float]:
    """Return the CPU time per reconnect in µs, and the seconds until all clients wait again."""
    async with connected_crowd(server, transport, 1, size) as crowd:
        await crowd.post()
        await server.settle()
        cpu_before, seconds = server.cpu(), 0.0
        for _ in range(STORMS):
            disconnected_at = time.monotonic()
            crowd.disconnect()
            await crowd.connect()
            seconds += time.monotonic() - disconnected_at + await server.settle()
        server_cpu = server.cpu() - cpu_before
        await crowd.post()  # fails if a client was lost
    return {"cpu_us": server_cpu / size / STORMS * 1e6, "reconnect_s": seconds / STORMS}

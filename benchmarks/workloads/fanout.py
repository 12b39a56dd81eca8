"""One chat in which all clients wait, and one message at a time."""

from benchmarks.running import RunningServer
from benchmarks.workloads.delivery import deliver


async def measure(
    server: RunningServer, transport: str, size: int, effort: float
) -> dict[str, float]:
    """Return the cost of a delivery in a chat of `size` members."""
    return await deliver(server, transport, 1, size, effort)

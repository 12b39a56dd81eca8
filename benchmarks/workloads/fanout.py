"""One chat in which all wait, and somebody says something."""

from benchmarks.running import Running
from benchmarks.workloads.delivering import deliver


async def measure(server: Running, transport: str, size: int, effort: float) -> dict[str, float]:
    """Return what it costs to tell a chat of `size` members."""
    return await deliver(server, transport, 1, size, effort)

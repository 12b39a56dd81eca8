"""Many small chats, and in each somebody says something at about the same time."""

from benchmarks.running import Running
from benchmarks.workloads.delivering import deliver

MEMBERS = 5  # of each


async def measure(server: Running, transport: str, size: int, effort: float) -> dict[str, float]:
    """Return what it costs to tell `size` chats, the posts included."""
    return await deliver(server, transport, size, MEMBERS, effort)

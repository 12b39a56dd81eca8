"""Many small chats, with a message in each of them at about the same time."""

from benchmarks.running import RunningServer
from benchmarks.workloads.delivery import deliver

MEMBERS = 5  # of each


async def measure(
    server: RunningServer, transport: str, size: int, effort: float
) -> dict[str, float]:
    """Return the cost of a delivery in `size` chats, including the posts."""
    return await deliver(server, transport, size, MEMBERS, effort)

"""The time until a server answers."""

from benchmarks.running import RunningServer


async def measure(
    server: RunningServer, transport: str, size: int, effort: float
) -> dict[str, float]:
    """Return the seconds from the start of the process to its first answer."""
    return {"start_s": server.start_seconds}

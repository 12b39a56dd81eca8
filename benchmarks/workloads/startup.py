"""How long it takes until a server answers."""

from benchmarks.running import Running


async def measure(server: Running, transport: str, size: int, effort: float) -> dict[str, float]:
    """Return the seconds from the start of the process to its first answer."""
    return {"start_s": server.start_seconds}

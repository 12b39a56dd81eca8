"""One message after the other, until enough was delivered for a steady figure."""

import statistics
import time

from benchmarks.clients.crowd import Crowd
from benchmarks.running import Running
from benchmarks.workloads.visiting import gathered

ROUNDS_MIN = 5  # messages in each room
ROUNDS_MAX = 200  # with so many, a tick of the clock of 10 ms does not matter any more


async def deliver(
    server: Running, transport: str, rooms: int, each: int, effort: float
) -> dict[str, float]:
    """Return what a delivery costs, in µs of CPU, how long it takes, in ms, and the memory."""
    empty = server.memory()
    async with gathered(server, transport, rooms, each) as crowd:
        await crowd.say()  # everybody has been served once
        await server.calm()
        idle = server.memory() - empty
        crowd.latencies.clear()
        used, own, lasts = await talk(server, crowd, effort)
    delivered = len(crowd.latencies)
    return {
        "cpu_us": used / delivered * 1e6,
        "load_us": own / delivered * 1e6,
        **times(crowd.latencies, lasts),
        "idle_kb": idle / len(crowd.listeners),
        "deliveries": delivered,
    }


async def talk(server: Running, crowd: Crowd, effort: float) -> tuple[float, float, list[float]]:
    """Say things until the server has worked for `effort` seconds.

    Return its CPU, our own, and when the last one had each message. The next is said when all wait
    again.
    """
    began, own = server.cpu(), time.process_time()
    lasts: list[float] = []
    while len(lasts) < ROUNDS_MIN or (server.cpu() - began < effort and len(lasts) < ROUNDS_MAX):
        await crowd.say()
        lasts.append(max(crowd.latencies[-len(crowd.listeners) :]))
        await server.calm()
    return server.cpu() - began, time.process_time() - own, lasts


def times(latencies: list[float], lasts: list[float]) -> dict[str, float]:
    """Return how long deliveries took, in ms; the last one's of the median message."""
    cuts = statistics.quantiles(latencies, n=100)
    seconds = {"p50_ms": cuts[49], "p99_ms": cuts[98], "last_ms": statistics.median(lasts)}
    return {name: value * 1000 for name, value in seconds.items()}

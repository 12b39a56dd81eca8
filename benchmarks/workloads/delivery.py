"""Deliver one message after another, until there are enough deliveries for a steady figure."""

import statistics
import time

from benchmarks.clients.crowd import Crowd
from benchmarks.running import RunningServer
from benchmarks.workloads.connected_crowd import connected_crowd

ROUNDS_MIN = 5  # messages in each chat
ROUNDS_MAX = 200  # enough for CPU times to be exact, although /proc counts them in steps of 10 ms


async def deliver(
    server: RunningServer, transport: str, chats: int, each: int, effort: float
) -> dict[str, float]:
    """Return the CPU time per delivery in µs, latencies in ms, and memory in KB."""
    empty = server.memory()
    async with connected_crowd(server, transport, chats, each) as crowd:
        await crowd.post()  # first deliveries cost more
        await server.settle()
        idle = server.memory() - empty
        crowd.latencies.clear()
        server_cpu, load_cpu, last_deliveries = await post_repeatedly(server, crowd, effort)
    delivered = len(crowd.latencies)
    return {
        "cpu_us": server_cpu / delivered * 1e6,
        "load_us": load_cpu / delivered * 1e6,
        **percentiles(crowd.latencies, last_deliveries),
        "idle_kb": idle / len(crowd.listeners),
        "deliveries": delivered,
    }


async def post_repeatedly(
    server: RunningServer, crowd: Crowd, effort: float
) -> tuple[float, float, list[float]]:
    """Post until the server has used `effort` seconds of CPU, and let it settle after each message.

    Return the CPU seconds of the server and of this process, and for each message the seconds until
    the last client received it.
    """
    cpu_before, load_before = server.cpu(), time.process_time()
    last_deliveries: list[float] = []
    while len(last_deliveries) < ROUNDS_MIN or (
        server.cpu() - cpu_before < effort and len(last_deliveries) < ROUNDS_MAX
    ):
        await crowd.post()
        last_deliveries.append(max(crowd.latencies[-len(crowd.listeners) :]))
        await server.settle()
    return server.cpu() - cpu_before, time.process_time() - load_before, last_deliveries


def percentiles(latencies: list[float], last_deliveries: list[float]) -> dict[str, float]:
    """Return percentiles of all latencies in ms, and the median of the last deliveries."""
    cuts = statistics.quantiles(latencies, n=100)
    seconds = {
        "p50_ms": cuts[49],
        "p99_ms": cuts[98],
        "last_ms": statistics.median(last_deliveries),
    }
    return {name: value * 1000 for name, value in seconds.items()}

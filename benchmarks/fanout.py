"""What it costs to wake everybody who waits: `python -m benchmarks.fanout`, or `make bench`.

One chat, so many members with tokens of their own on connections of their own, and one
message after the other that each of them has to get; the same against every server, in
turns. The figure is the CPU time (user and system) of the server and its children for each
delivery, from /proc: it is steadier than a clock. The load generator's own is shown beside it,
and each server is asked only when the machine has caught its breath.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.load import Crowd
from benchmarks.servers import SERVERS, started

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")

DELIVERIES = 20_000  # of each measurement, or the clock tick of 10 ms would show
MESSAGES_MIN = 10
BREATH = 0.3  # seconds between two messages, in which everybody waits again


class Figures(NamedTuple):
    """What one server did in one run. Times are in µs and ms, memory in KB."""

    server: str
    pollers: int
    cpu_us: float  # of the server, for each delivery
    client_us: float  # of the load generator, for each delivery
    p50_ms: float
    p99_ms: float
    last_ms: float  # until the last one has it; the median message
    idle_kb: float  # for each who waits


def tree(pid: int) -> Iterator[int]:
    """Return a process and all below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from tree(int(child))


def cpu(pid: int) -> float:
    """Return the seconds of CPU that a process and all below it have used."""
    used = 0
    for one in tree(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        used += int(fields[11]) + int(fields[12])
    return used / TICKS


def resident(pid: int) -> float:
    """Return the KB of memory that a process and all below it hold."""
    pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in tree(pid))
    return pages * PAGE / 1024


async def measure(name: str, pid: int, url: str, pollers: int, deliveries: int) -> Figures:
    """Let so many wait, and say things until enough was delivered."""
    before = resident(pid)
    crowd, lasts = Crowd(url), []
    await crowd.gather(pollers)
    await crowd.say()  # everybody has been served once
    await asyncio.sleep(1)
    idle = (resident(pid) - before) / pollers
    crowd.latencies.clear()
    own, began = time.process_time(), cpu(pid)
    messages = max(MESSAGES_MIN, deliveries // pollers)
    for _ in range(messages):
        await crowd.say()
        lasts.append(crowd.latencies[-1])
        await asyncio.sleep(BREATH)
    delivered = messages * pollers
    used, mine = cpu(pid) - began, time.process_time() - own
    crowd.leave()
    cuts = statistics.quantiles(crowd.latencies, n=100)
    ms = (cuts[49] * 1000, cuts[98] * 1000, statistics.median(lasts) * 1000)
    return Figures(name, pollers, used / delivered * 1e6, mine / delivered * 1e6, *ms, idle)


def row(*cells: object) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(map(str, cells))} |"


def run(name: str, pollers: int, deliveries: int) -> Figures:
    """Measure one server in a fresh process and folder."""
    with tempfile.TemporaryDirectory() as folder, started(name, Path(folder)) as (pid, url):
        return asyncio.run(measure(name, pid, url, pollers, deliveries))


def summary(runs: list[Figures]) -> list[str]:
    """Return the medians of all runs, and each server's cost beside that of Tornado."""
    lines = [
        "| server | pollers | CPU µs per delivery | ÷ Tornado | KB per poller |",
        "| --- | --- | --- | --- | --- |",
    ]
    sizes = sorted({one.pollers for one in runs})
    for size in sizes:
        costs: dict[str, tuple[float, float]] = {}
        for name in SERVERS:
            mine = [one for one in runs if one.server == name and one.pollers == size]
            if mine:
                cost = statistics.median(one.cpu_us for one in mine)
                costs[name] = cost, statistics.median(one.idle_kb for one in mine)
        base = costs.get("tornado", (float("nan"), 0))[0]
        lines += [
            row(name, size, f"{cost:.0f}", f"{cost / base:.2f}", f"{idle:.0f}")
            for name, (cost, idle) in costs.items()
        ]
    return lines


def main() -> None:
    """Run every server in turns, and print and keep what was seen."""
    parser = argparse.ArgumentParser(description="What it costs to wake everybody who waits")
    parser.add_argument("--pollers", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--servers", nargs="+", choices=SERVERS, default=list(SERVERS))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--deliveries", type=int, default=DELIVERIES)
    parser.add_argument("--json", type=Path, default=Path("build/fanout.json"))
    asked = parser.parse_args()
    columns = ("server", "pollers", "CPU µs", "load µs", "p50 ms", "p99 ms", "last ms", "idle KB")
    print(row(*columns), row(*["---"] * len(columns)), sep="\n")
    runs = []
    for _ in range(asked.rounds):
        for size in asked.pollers:
            for name in asked.servers:
                figures = run(name, size, asked.deliveries)
                runs.append(figures)
                print(row(*figures[:2], *(f"{value:.0f}" for value in figures[2:])), flush=True)
    print("\n" + "\n".join(summary(runs)))
    asked.json.parent.mkdir(exist_ok=True)
    asked.json.write_text(json.dumps([one._asdict() for one in runs], indent=1))


if __name__ == "__main__":
    main()

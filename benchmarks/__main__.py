"""Watch Party beside other servers, the same work on the same machine: `make bench`.

Each server is measured in a fresh process, in turns within a round, so that whatever drifts hits
all of them.
"""

import argparse
import asyncio
import json
import signal
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import uvloop

from benchmarks import machine, plan, process, ratios, results
from benchmarks.plan import Turn
from benchmarks.report import TABLES, number, report
from benchmarks.results import Results, Run
from benchmarks.running import started
from benchmarks.servers import SERVERS

BUILD = Path("build")  # on a real disk, as a database is; /tmp may be in memory
PLOTS = Path("docs/images")
PATIENCE = 600.0  # seconds for one measurement
SPARE_FILES = 200  # beside the connections of a crowd


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog=choices(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="the most important, once, in two minutes")
    for name, known in (("--workloads", TABLES), ("--servers", SERVERS)):
        add(name, nargs="+", choices=known, default=[*known], metavar="NAME", help="only these")
    add("--sizes", nargs="+", type=int, metavar="N", help="only what has one of these sizes")
    add("--rounds", type=int, metavar="N", help="measure nothing more often than this")
    add("--json", type=Path, metavar="FILE", help="where to keep what was measured")
    add(
        "--plots",
        type=Path,
        metavar="FOLDER",
        help="where to draw; without any choice, docs/images",
    )
    add(
        "--show",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="measure nothing, show what was kept there, with the ratios of all runs",
    )
    return parser.parse_args()


def choices() -> str:
    """Return a line for each workload, with its sizes, and for each server."""
    planned = list(plan.full())
    lines = ["workloads, and the sizes N of each:"]
    for workload, (title, _) in TABLES.items():
        sizes = sorted({turn.size for turn in planned if turn.workload == workload})
        told = title.replace("{:,}", "N").split(", and")[0]
        lines.append(f"  {workload:17} {told}: {', '.join(map(str, sizes))}")
    lines += ["", "servers:"]
    lines += [f"  {name:17} {server.label}" for name, server in SERVERS.items()]
    return "\n".join(lines)


def chosen(asked: argparse.Namespace) -> list[Turn]:
    """Return what is to be measured; say what can't be on this machine."""
    turns = [
        turn._replace(rounds=min(turn.rounds, asked.rounds or turn.rounds))
        for turn in (plan.quick() if asked.quick else plan.full())
        if turn.workload in asked.workloads
        and turn.server in asked.servers
        and turn.size in (asked.sizes or [turn.size])
    ]
    lacking = {turn: obstacle(turn) for turn in turns}
    for why in dict.fromkeys(filter(None, lacking.values())):
        print(f"Left out: {why}")
    return [turn for turn in turns if not lacking[turn]]


def obstacle(turn: Turn) -> str:
    """Return what is in the way of measuring it, if anything."""
    server, files = SERVERS[turn.server], process.raise_file_limit()
    if missing := server.missing():
        return f"{server.label}, there is no {missing}"
    if turn.size + SPARE_FILES > files:
        return f"{turn.size:,} at once, a process may open {files:,} files"
    return ""


def measure_all(turns: list[Turn]) -> list[Run]:
    """Measure round after round; what is done is kept when somebody interrupts."""
    runs: list[Run] = []
    rounds = range(max((turn.rounds for turn in turns), default=0))
    order = [(number, turn) for number in rounds for turn in turns if number < turn.rounds]
    began = time.monotonic()
    try:
        for done, (number, turn) in enumerate(order, 1):
            runs.append(measure(turn, number))
            minutes = (time.monotonic() - began) / 60
            print(f"{done}/{len(order)}, {minutes:.1f} min: {told(runs[-1])}", flush=True)
    except KeyboardInterrupt:
        print("Interrupted.")
    return runs


def measure(turn: Turn, number: int) -> Run:
    """Measure one thing once."""
    case, began = results.case_of(turn), time.monotonic()
    try:
        figures, error = figures_of(turn), ""
    except Exception as failure:  # the others are worth having all the same
        figures, error = {}, f"{type(failure).__name__}: {failure}"[:500]
    return Run(case, number, figures, round(time.monotonic() - began, 1), error)


def figures_of(turn: Turn) -> dict[str, float]:
    work = import_module(f"benchmarks.workloads.{turn.workload}").measure
    with (
        tempfile.TemporaryDirectory(dir=BUILD.resolve()) as folder,
        started(turn.server, Path(folder)) as server,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        measuring = work(server, turn.transport, turn.size, turn.effort)
        figures: dict[str, float] = runner.run(asyncio.wait_for(measuring, PATIENCE))
    return figures


def told(run: Run) -> str:
    shown = ", ".join(f"{name} {number(value)}" for name, value in run.figures.items())
    return f"{' '.join(map(str, run.case))}: {run.error or shown}"


def main() -> None:
    """Measure, and show what was seen."""
    asked = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # servers go with us
    BUILD.mkdir(exist_ok=True)
    began = time.monotonic()
    more: list[Results] = []
    if asked.show:
        seen, *more = map(results.load, asked.show)
    else:
        seen = Results(machine.describe(), measure_all(chosen(asked)))
        keep(seen, asked.json or BUILD / ("bench-quick.json" if asked.quick else "bench.json"))
    print(f"\n{report(seen, *more)}\n\nThat took {(time.monotonic() - began) / 60:.1f} minutes.")
    nothing_chosen = len(sys.argv) == 1  # so that all was measured
    if folder := asked.plots or (PLOTS if nothing_chosen else None):
        import_module("benchmarks.plots").draw(seen, folder)
    sys.exit(any(run.error for run in seen.runs))


def keep(seen: Results, file: Path) -> None:
    found = [outcome.as_dict() for outcome in ratios.outcomes(seen)]
    file.write_text(json.dumps(seen.as_dict() | {"ratios": found}, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()

"""Compare Watch Party with other servers at the same work on the same machine: `make bench`.

Each measurement starts a fresh process. Within a round the servers take turns, so that a
drift of the machine affects all of them.
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
from benchmarks.plan import Measurement
from benchmarks.report import TABLES, number, report
from benchmarks.results import Results, Run
from benchmarks.running import started
from benchmarks.servers import SERVERS

BUILD = Path("build")  # on a real disk; /tmp may be in memory
PLOTS = Path("docs/images")
TIMEOUT = 600.0  # seconds for one measurement
SPARE_FILES = 200  # open files besides one for each client


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog=choices(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--quick", action="store_true", help="the most important measurements, once, in two minutes"
    )
    for name, known in (("--workloads", TABLES), ("--servers", SERVERS)):
        add(name, nargs="+", choices=known, default=[*known], metavar="NAME", help="only these")
    add("--sizes", nargs="+", type=int, metavar="N", help="only measurements of these sizes")
    add("--rounds", type=int, metavar="N", help="at most this many rounds")
    add("--json", type=Path, metavar="FILE", help="where to save the results")
    add(
        "--plots",
        type=Path,
        metavar="FOLDER",
        help="where to draw; a run without options draws to docs/images",
    )
    add(
        "--show",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="measure nothing; show saved results, with the ratios of all these runs",
    )
    return parser.parse_args()


def choices() -> str:
    """Return a line for each workload, with its sizes, and for each server."""
    planned = list(plan.full())
    lines = ["workloads, and the sizes N of each:"]
    for workload, (title, _) in TABLES.items():
        sizes = sorted(
            {measurement.size for measurement in planned if measurement.workload == workload}
        )
        name = title.replace("{:,}", "N").split(", and")[0]
        lines.append(f"  {workload:17} {name}: {', '.join(map(str, sizes))}")
    lines += ["", "servers:"]
    lines += [f"  {name:17} {server.label}" for name, server in SERVERS.items()]
    return "\n".join(lines)


def selected(options: argparse.Namespace) -> list[Measurement]:
    """Return the selected measurements, and print which of them this machine cannot run."""
    measurements = [
        measurement._replace(rounds=min(measurement.rounds, options.rounds or measurement.rounds))
        for measurement in (plan.quick() if options.quick else plan.full())
        if measurement.workload in options.workloads
        and measurement.server in options.servers
        and measurement.size in (options.sizes or [measurement.size])
    ]
    skipped = {measurement: reason_to_skip(measurement) for measurement in measurements}
    for reason in dict.fromkeys(filter(None, skipped.values())):
        print(f"Left out: {reason}")
    return [measurement for measurement in measurements if not skipped[measurement]]


def reason_to_skip(measurement: Measurement) -> str:
    """Return why this machine cannot run the measurement; empty if it can."""
    server, files = SERVERS[measurement.server], process.raise_file_limit()
    if missing := server.missing():
        return f"{server.label}: {missing} not found"
    if measurement.size + SPARE_FILES > files:
        return f"{measurement.size:,} clients: a process may open only {files:,} files"
    return ""


def measure_all(measurements: list[Measurement]) -> list[Run]:
    """Measure round after round; an interrupt keeps the rounds that are done."""
    runs: list[Run] = []
    rounds = range(max((measurement.rounds for measurement in measurements), default=0))
    order = [
        (number, measurement)
        for number in rounds
        for measurement in measurements
        if number < measurement.rounds
    ]
    began = time.monotonic()
    try:
        for done, (number, measurement) in enumerate(order, 1):
            runs.append(measure(measurement, number))
            minutes = (time.monotonic() - began) / 60
            print(f"{done}/{len(order)}, {minutes:.1f} min: {summary(runs[-1])}", flush=True)
    except KeyboardInterrupt:
        print("Interrupted.")
    return runs


def measure(measurement: Measurement, number: int) -> Run:
    """Start the server, measure once, and return the figures or the error."""
    case, began = results.case_of(measurement), time.monotonic()
    try:
        figures, error = figures_of(measurement), ""
    except Exception as failure:  # the other measurements go on
        figures, error = {}, f"{type(failure).__name__}: {failure}"[:500]
    return Run(case, number, figures, round(time.monotonic() - began, 1), error)


def figures_of(measurement: Measurement) -> dict[str, float]:
    workload = import_module(f"benchmarks.workloads.{measurement.workload}").measure
    with (
        tempfile.TemporaryDirectory(dir=BUILD.resolve()) as folder,
        started(measurement.server, Path(folder)) as server,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        measuring = workload(server, measurement.transport, measurement.size, measurement.effort)
        figures: dict[str, float] = runner.run(asyncio.wait_for(measuring, TIMEOUT))
    return figures


def summary(run: Run) -> str:
    shown = ", ".join(f"{name} {number(value)}" for name, value in run.figures.items())
    return f"{' '.join(map(str, run.case))}: {run.error or shown}"


def main() -> None:
    """Measure, save the results, and print them."""
    options = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the servers are stopped
    BUILD.mkdir(exist_ok=True)
    began = time.monotonic()
    more: list[Results] = []
    if options.show:
        measured, *more = map(results.load, options.show)
    else:
        measured = Results(machine.describe(), measure_all(selected(options)))
        save(
            measured,
            options.json or BUILD / ("bench-quick.json" if options.quick else "bench.json"),
        )
    print(f"\n{report(measured, *more)}\n\nTook {(time.monotonic() - began) / 60:.1f} minutes.")
    measured_all = len(sys.argv) == 1
    if folder := options.plots or (PLOTS if measured_all else None):
        import_module("benchmarks.plots").draw(measured, folder)
    sys.exit(any(run.error for run in measured.runs))


def save(measured: Results, file: Path) -> None:
    outcomes = [outcome.as_dict() for outcome in ratios.outcomes(measured)]
    file.write_text(
        json.dumps(measured.as_dict() | {"ratios": outcomes}, indent=1, ensure_ascii=False)
    )


if __name__ == "__main__":
    main()

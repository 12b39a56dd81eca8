"""The results as tables in Markdown."""

from collections.abc import Iterable, Iterator, Sequence

from benchmarks.ratios import TRANSPORT_LABELS, Outcome, outcomes
from benchmarks.results import Case, Results
from benchmarks.servers import SERVERS

SLOW_LOAD = "\\*"  # marks times that the load generator limited, not the server

DELIVERY = {
    "cpu_us": "CPU µs per delivery",
    "load_us": "the load generator's",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "last_ms": "last ms",
    "idle_kb": "KB per idle client",
}
# For each workload, a title with its size, and the columns by figure.
TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "fanout": ("One message to {:,} clients in one chat", DELIVERY),
    "many_chats": ("One message in each of {:,} chats of five", DELIVERY),
    "storm": (
        "{:,} waiting clients are disconnected, and reconnect at once",
        {"cpu_us": "CPU µs per reconnect", "reconnect_s": "seconds until all wait again"},
    ),
    "posting": (
        "{:,} members post at once",
        {
            "posts_s": "posts per second",
            "cpu_us": "CPU µs per post",
            "load_us": "the load generator's",
        },
    ),
    "idle": (
        "{:,} clients wait while nobody posts",
        {"cpu_percent": "% of a core", "load_percent": "the load generator's"},
    ),
    "roster": (
        "{:,} people join one chat within ten seconds, and each sees who is there",
        {
            "sent_mb": "MB sent",
            "document_kb": "KB of the final roster",
            "times": "sent ÷ (people × final roster)",
            "answers": "answers to each",
            "cpu_s": "CPU s",
        },
    ),
    "startup": ("Start-up", {"start_s": "seconds until the first answer"}),
}


def report(results: Results, *more: Results) -> str:
    """Return all tables, with the ratios of more runs in columns of their own."""
    return "\n\n".join("\n".join(lines) for lines in sections(results, *more))


def sections(results: Results, *more: Results) -> Iterator[list[str]]:
    for workload, (title, columns) in TABLES.items():
        cases = results.cases(workload)
        for size in sorted({case.size for case in cases}):
            these = [case for case in cases if case.size == size]
            yield [f"## {title.format(size)}", "", *table(results, these, columns)]
    outcomes_by_run = [outcomes(run) for run in (results, *more)]
    yield [
        "## Ratios",
        "",
        "Each ratio is computed within one round.",
        "",
        *ratios(outcomes_by_run),
    ]
    yield [f"{name}: {value}" for name, value in results.machine.items()]
    failed = [run for run in results.runs if run.error]
    if failed:
        yield [
            "## Failures",
            "",
            *(f"- {' '.join(map(str, run.case))}: {run.error}" for run in failed),
        ]


def table(results: Results, cases: list[Case], columns: dict[str, str]) -> list[str]:
    """Return a row for each server, and a footnote if any times are marked."""
    by_transport = len({case.server for case in cases}) < len(cases)
    kind = ["kind"] if by_transport else []
    lines = [*head(["server", *kind, *columns.values()])]
    for case in cases:
        shown = {figure: number(results.median(case, figure)) for figure in columns}
        if is_load_limited(results, case, columns):
            shown |= {name: f"{shown[name]}{SLOW_LOAD}" for name in shown if name.endswith("_ms")}
        transport = [TRANSPORT_LABELS[case.transport]] if by_transport else []
        lines.append(row([SERVERS[case.server].label, *transport, *shown.values()]))
    if any(SLOW_LOAD in line for line in lines):
        lines += [
            "",
            f"{SLOW_LOAD} The load generator was slower than the server, so the times are its own.",
        ]
    return lines


def is_load_limited(results: Results, case: Case, columns: dict[str, str]) -> bool:
    """Return whether the load generator used more CPU than the server."""
    return "load_us" in columns and results.median(case, "load_us") > results.median(case, "cpu_us")


def ratios(runs: Sequence[list[Outcome]]) -> list[str]:
    """Return a row for each ratio: its target, the median of each run, and the range."""
    numbered = [f"run {number}" for number in range(1, len(runs) + 1)]
    medians = numbered if len(runs) > 1 else ["median of the rounds"]
    lines = [*head(["figure", "target", *medians, "least to most", "reached"])]
    for each_run in zip(*runs, strict=True):
        ratio = each_run[0].ratio
        target = f"{'at least' if ratio.at_least else 'at most'} {ratio.target:g}"
        least, most = min(one.least for one in each_run), max(one.most for one in each_run)
        reached = "yes" if all(one.reached for one in each_run) else "**no**"
        values = [digits(one.value) for one in each_run]
        spread = f"{digits(least)} to {digits(most)}"
        lines.append(row([ratio.label, target, *values, spread, reached]))
    return lines


def digits(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 1 else f"{ratio:.3f}"


def head(cells: list[str]) -> tuple[str, str]:
    return row(cells), row(["---"] * len(cells))


def row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def number(value: float) -> str:
    """Format a figure with two significant digits, or as an integer."""
    if value >= 10:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"

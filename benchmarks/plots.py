"""Pictures of what was measured, for a page that is light or dark: no background, and grey text."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

from benchmarks.plan import USUAL
from benchmarks.ratios import KINDS
from benchmarks.results import Results
from benchmarks.servers import POLL, SERVERS, STREAM, WEBSOCKET

GREY = "#7d8590"  # is read on white as well as on black
COLOURS = {
    "hypercorn": "#3b82f6",
    "uvicorn": "#e8590c",
    "granian": "#2f9e44",
    "tornado": "#d6336c",
    "socketio": "#9c5fe0",
    "nchan": "#8a8f98",
    "flask": "#a9743a",
}
COSTS = (5, 10, 20, 50, 100, 200, 500, 1_000)  # that have a line
STYLE = {
    "svg.hashsalt": "watchparty",  # the same figures are the same file
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor"), GREY),
    **dict.fromkeys(("xtick.color", "ytick.color", "grid.color"), GREY),
    "grid.alpha": 0.25,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


def draw(results: Results, folder: Path) -> None:
    """Write all of them into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(STYLE):
        save(cost_by_size(results), folder / "cost-per-delivery.svg")
        save(memory_by_server(results), folder / "memory-per-client.svg")


def save(figure: Any, file: Path) -> None:
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    plt.close(figure)


def cost_by_size(results: Results) -> Any:
    """Draw what a delivery costs against how many wait, a line for each server."""
    figure, both = plt.subplots(1, 2, figsize=(10, 4.6), sharey=True, layout="constrained")
    for axes, kinds in zip(both, ((POLL,), (STREAM, WEBSOCKET)), strict=True):
        for server in SERVERS:
            sizes, costs = line(results, server, kinds)
            if sizes:
                axes.loglog(sizes, costs, label=SERVERS[server].label, **look(server))
        axes.set_title(" and ".join(KINDS[kind] for kind in kinds), fontsize=11)
        axes.set_xlabel("who wait in one chat")
        label_sizes(axes, results)
        axes.grid(visible=True, which="major")
    both[0].set_ylabel("CPU µs of the server per delivery")
    both[0].set_yticks(COSTS, [f"{cost:,}" for cost in COSTS])
    shown = {it.get_label(): it for axes in both for it in axes.lines}
    figure.legend(handles=shown.values(), fontsize=8, loc="outside lower center", ncols=4)
    return figure


def line(results: Results, server: str, kinds: tuple[str, ...]) -> tuple[list[int], list[float]]:
    """Return sizes and costs of one server."""
    cases = [
        case
        for case in results.cases("fanout")
        if case.server == server and case.transport in kinds
    ]
    cases.sort(key=lambda case: case.size)
    return [case.size for case in cases], [results.median(case, "cpu_us") for case in cases]


def label_sizes(axes: Any, results: Results) -> None:
    sizes = sorted({case.size for case in results.cases("fanout")})
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()


def look(server: str) -> dict[str, Any]:
    """Return a server's colour; what is bare is dashed, in the colour of what it is on."""
    bare = server.startswith("bare-")
    style = {"linestyle": "--", "linewidth": 1.2} if bare else {"linewidth": 1.8}
    return {"color": COLOURS[server.removeprefix("bare-")], "marker": "o", "markersize": 4, **style}


def memory_by_server(results: Results) -> Any:
    """Draw what each who waits takes, the smallest on top."""
    cases = [case for case in results.cases("fanout") if case.size == USUAL]
    sizes = {case: results.median(case, "idle_kb") for case in cases}
    cases.sort(key=lambda case: -sizes[case])
    names = [f"{SERVERS[case.server].label}, {KINDS[case.transport]}" for case in cases]
    figure, axes = plt.subplots(figsize=(8, 0.28 * len(cases) + 0.8), layout="constrained")
    colours = [COLOURS[case.server.removeprefix("bare-")] for case in cases]
    faint = [0.45 if case.server.startswith("bare-") else 1.0 for case in cases]
    for name, case, colour, alpha in zip(names, cases, colours, faint, strict=True):
        bar = axes.barh(name, sizes[case], color=colour, alpha=alpha, height=0.7)
        axes.bar_label(bar, [f"{sizes[case]:.0f}"], padding=3, fontsize=8)
    axes.set_xlabel(f"KB of memory for each of {USUAL:,} who wait")
    axes.tick_params(axis="y", labelsize=8)
    return figure

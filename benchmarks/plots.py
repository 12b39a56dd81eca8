"""Plots of the results. Without a background and with grey text they fit light and dark pages."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

from benchmarks.plan import USUAL
from benchmarks.ratios import TRANSPORT_LABELS
from benchmarks.results import Results
from benchmarks.servers import POLL, SERVERS, STREAM, WEBSOCKET

GREY = "#7d8590"  # readable on white and on black
COLOURS = {
    "hypercorn": "#3b82f6",
    "uvicorn": "#e8590c",
    "granian": "#2f9e44",
    "tornado": "#d6336c",
    "socketio": "#9c5fe0",
    "nchan": "#8a8f98",
    "flask": "#a9743a",
}
COST_TICKS = (5, 10, 20, 50, 100, 200, 500, 1_000)
STYLE = {
    "svg.hashsalt": "watchparty",  # so that the same figures make the same file
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
    """Draw all plots into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(STYLE):
        save(cost_by_size(results), folder / "cost-per-delivery.svg")
        save(memory_by_server(results), folder / "memory-per-client.svg")


def save(figure: Any, file: Path) -> None:
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    plt.close(figure)


def cost_by_size(results: Results) -> Any:
    """Plot the cost of a delivery against the number of waiting clients, a line for each server."""
    figure, panels = plt.subplots(1, 2, figsize=(10, 4.6), sharey=True, layout="constrained")
    for axes, transports in zip(panels, ((POLL,), (STREAM, WEBSOCKET)), strict=True):
        for server in SERVERS:
            sizes, costs = costs_of(results, server, transports)
            if sizes:
                axes.loglog(sizes, costs, label=SERVERS[server].label, **line_style(server))
        axes.set_title(
            " and ".join(TRANSPORT_LABELS[transport] for transport in transports), fontsize=11
        )
        axes.set_xlabel("clients waiting in one chat")
        label_sizes(axes, results)
        axes.grid(visible=True, which="major")
    panels[0].set_ylabel("CPU µs of the server per delivery")
    panels[0].set_yticks(COST_TICKS, [f"{cost:,}" for cost in COST_TICKS])
    by_label = {line.get_label(): line for axes in panels for line in axes.lines}
    figure.legend(handles=by_label.values(), fontsize=8, loc="outside lower center", ncols=4)
    return figure


def costs_of(
    results: Results, server: str, transports: tuple[str, ...]
) -> tuple[list[int], list[float]]:
    """Return the sizes that one server was measured at, and the cost of a delivery at each."""
    cases = [
        case
        for case in results.cases("fanout")
        if case.server == server and case.transport in transports
    ]
    cases.sort(key=lambda case: case.size)
    return [case.size for case in cases], [results.median(case, "cpu_us") for case in cases]


def label_sizes(axes: Any, results: Results) -> None:
    sizes = sorted({case.size for case in results.cases("fanout")})
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()


def line_style(server: str) -> dict[str, Any]:
    """Return the style of a server's line; a bare app has its server's colour, dashed."""
    is_bare = server.startswith("bare-")
    style = {"linestyle": "--", "linewidth": 1.2} if is_bare else {"linewidth": 1.8}
    return {"color": COLOURS[server.removeprefix("bare-")], "marker": "o", "markersize": 4, **style}


def memory_by_server(results: Results) -> Any:
    """Plot the memory per waiting client, a bar for each server, the smallest on top."""
    cases = [case for case in results.cases("fanout") if case.size == USUAL]
    sizes = {case: results.median(case, "idle_kb") for case in cases}
    cases.sort(key=lambda case: -sizes[case])
    names = [f"{SERVERS[case.server].label}, {TRANSPORT_LABELS[case.transport]}" for case in cases]
    figure, axes = plt.subplots(figsize=(8, 0.28 * len(cases) + 0.8), layout="constrained")
    colours = [COLOURS[case.server.removeprefix("bare-")] for case in cases]
    alphas = [0.45 if case.server.startswith("bare-") else 1.0 for case in cases]
    for name, case, colour, alpha in zip(names, cases, colours, alphas, strict=True):
        bar = axes.barh(name, sizes[case], color=colour, alpha=alpha, height=0.7)
        axes.bar_label(bar, [f"{sizes[case]:.0f}"], padding=3, fontsize=8)
    axes.set_xlabel(f"KB of memory for each of {USUAL:,} waiting clients")
    axes.tick_params(axis="y", labelsize=8)
    return figure

"""Ratios between figures of the same round, with their targets."""

import statistics
from typing import Any, NamedTuple

from benchmarks.plan import FULL, LARGE, OURS, POSTERS, USUAL
from benchmarks.results import Case, Results
from benchmarks.servers import POLL, STREAM, WEBSOCKET


class Ratio(NamedTuple):
    """A figure of one case divided by that of another.

    Of several numerators, the lowest figure counts. Without a denominator, the numerator's figure
    is a ratio already.
    """

    label: str
    figure: str
    numerators: tuple[Case, ...]
    denominator: Case | None
    target: float
    at_least: bool = False  # whether the target is a lower bound; otherwise it is an upper one


class Outcome(NamedTuple):
    """The median ratio of all rounds, with the smallest and the largest."""

    ratio: Ratio
    value: float
    least: float
    most: float

    @property
    def reached(self) -> bool:
        target = self.ratio.target
        return self.value >= target if self.ratio.at_least else self.value <= target

    def as_dict(self) -> dict[str, Any]:
        ratio = self.ratio
        bound = "at_least" if ratio.at_least else "at_most"
        values = {"value": self.value, "least": self.least, "most": self.most}
        return {"what": ratio.label, bound: ratio.target, **values, "reached": self.reached}


def fanout(server: str, transport: str, size: int = USUAL) -> Case:
    return Case("fanout", server, transport, size)


def posting(server: str) -> Case:
    return Case("posting", server, POLL, POSTERS)


TORNADO, SOCKETIO = fanout("tornado", POLL), fanout("socketio", WEBSOCKET)
SERVER_LABELS = {"hypercorn": "Hypercorn", "uvicorn": "uvicorn", "granian": "Granian"}
TRANSPORT_LABELS = {POLL: "long poll", STREAM: "stream", WEBSOCKET: "WebSocket"}


def cost(label: str, server: str, transport: str, denominator: Case, most: float) -> Ratio:
    return Ratio(label, "cpu_us", (fanout(server, transport),), denominator, most)


RATIOS = [
    cost("long poll on Hypercorn ÷ lean Tornado", "hypercorn", POLL, TORNADO, 1.0),
    cost("long poll on uvicorn ÷ lean Tornado", "uvicorn", POLL, TORNADO, 0.30),
    cost("long poll on uvicorn ÷ Nchan", "uvicorn", POLL, fanout("nchan", POLL), 4),
    cost("stream on Hypercorn ÷ Tornado's long poll", "hypercorn", STREAM, TORNADO, 0.22),
    cost("stream on uvicorn ÷ Tornado's long poll", "uvicorn", STREAM, TORNADO, 0.12),
    Ratio(
        "stream on the best ASGI server ÷ a Socket.IO room on Node",
        "cpu_us",
        tuple(fanout(server, STREAM) for server in OURS),
        SOCKETIO,
        2.0,
    ),
    *(
        Ratio(
            f"KB per idle {TRANSPORT_LABELS[transport]} on {SERVER_LABELS[server]} ÷ Socket.IO",
            "idle_kb",
            (fanout(server, transport),),
            SOCKETIO,
            most,
        )
        for server, most in (("hypercorn", 0.8), ("uvicorn", 0.5))
        for transport in (POLL, STREAM)
    ),
    *(
        Ratio(
            f"KB per idle long poll on {SERVER_LABELS[server]}"
            f" ÷ bare ASGI on {SERVER_LABELS[server]}",
            "idle_kb",
            (fanout(server, POLL),),
            fanout(f"bare-{server}", POLL),
            1.3,
        )
        for server in OURS
    ),
    *(
        Ratio(
            f"{TRANSPORT_LABELS[transport]} on {SERVER_LABELS[server]}:"
            f" a delivery at {LARGE:,} ÷ at {USUAL:,}",
            "cpu_us",
            (fanout(server, transport, LARGE),),
            fanout(server, transport),
            1.1,
        )
        for server in ("hypercorn", "uvicorn")
        for transport in (POLL, STREAM)
    ),
    *(
        Ratio(
            f"posts per second on {SERVER_LABELS[server]}, with the file ÷ in memory",
            "posts_s",
            (posting(server),),
            posting(f"{server}-memory"),
            0.8,
            at_least=True,
        )
        for server in ("hypercorn", "uvicorn")
    ),
    Ratio(
        f"bytes of rosters sent while {FULL} join ÷ {FULL} × the final roster",
        "times",
        (Case("roster", "hypercorn", POLL, FULL),),
        None,
        15,
    ),
]


def outcomes(results: Results) -> list[Outcome]:
    """Return the outcome of each ratio that has figures."""
    found = ((ratio, by_round(ratio, results)) for ratio in RATIOS)
    return [
        Outcome(ratio, statistics.median(values), min(values), max(values))
        for ratio, values in found
        if values
    ]


def by_round(ratio: Ratio, results: Results) -> list[float]:
    """Return the ratio for each round in which all of its cases were measured."""
    numerators = [results.by_round(case, ratio.figure) for case in ratio.numerators]
    if ratio.denominator is None:
        return list(numerators[0].values())
    denominator = results.by_round(ratio.denominator, ratio.figure)
    rounds = set(denominator).intersection(*numerators)
    return [
        min(case[number] for case in numerators) / denominator[number] for number in sorted(rounds)
    ]

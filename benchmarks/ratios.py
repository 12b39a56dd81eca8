"""What the figures are held against: one server beside another, in the same round."""

import statistics
from typing import Any, NamedTuple

from benchmarks.plan import FULL, LARGE, OURS, POSTERS, USUAL
from benchmarks.results import Case, Results
from benchmarks.servers import POLL, STREAM, WEBSOCKET


class Ratio(NamedTuple):
    """One of them. Of several `above`, the best counts; without `below` it is one already."""

    what: str
    figure: str
    above: tuple[Case, ...]
    below: Case | None
    target: float
    at_least: bool = False  # the target; otherwise it is the most


class Outcome(NamedTuple):
    """What came out: the median of all rounds, and the outermost."""

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
        seen = {"value": self.value, "least": self.least, "most": self.most}
        return {"what": ratio.what, bound: ratio.target, **seen, "reached": self.reached}


def fanout(server: str, transport: str, size: int = USUAL) -> Case:
    return Case("fanout", server, transport, size)


def posting(server: str) -> Case:
    return Case("posting", server, POLL, POSTERS)


TORNADO, SOCKETIO = fanout("tornado", POLL), fanout("socketio", WEBSOCKET)
LABELS = {"hypercorn": "Hypercorn", "uvicorn": "uvicorn", "granian": "Granian"}
KINDS = {POLL: "long poll", STREAM: "stream", WEBSOCKET: "WebSocket"}


def cost(what: str, server: str, transport: str, below: Case, most: float) -> Ratio:
    return Ratio(what, "cpu_us", (fanout(server, transport),), below, most)


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
            f"KB per idle {KINDS[kind]} on {LABELS[server]} ÷ Socket.IO",
            "idle_kb",
            (fanout(server, kind),),
            SOCKETIO,
            most,
        )
        for server, most in (("hypercorn", 0.8), ("uvicorn", 0.5))
        for kind in (POLL, STREAM)
    ),
    *(
        Ratio(
            f"KB per idle long poll on {LABELS[server]} ÷ bare ASGI on it",
            "idle_kb",
            (fanout(server, POLL),),
            fanout(f"bare-{server}", POLL),
            1.3,
        )
        for server in OURS
    ),
    *(
        Ratio(
            f"{KINDS[kind]} on {LABELS[server]}: a delivery at {LARGE:,} ÷ at {USUAL:,}",
            "cpu_us",
            (fanout(server, kind, LARGE),),
            fanout(server, kind),
            1.1,
        )
        for server in ("hypercorn", "uvicorn")
        for kind in (POLL, STREAM)
    ),
    *(
        Ratio(
            f"posts a second on {LABELS[server]}, with the file ÷ in memory",
            "posts_s",
            (posting(server),),
            posting(f"{server}-memory"),
            0.8,
            at_least=True,
        )
        for server in ("hypercorn", "uvicorn")
    ),
    Ratio(
        f"bytes to tell who is there while {FULL} join ÷ {FULL} × the final roster",
        "times",
        (Case("roster", "hypercorn", POLL, FULL),),
        None,
        15,
    ),
]


def outcomes(results: Results) -> list[Outcome]:
    """Return those for which there are figures."""
    found = ((ratio, by_round(ratio, results)) for ratio in RATIOS)
    return [
        Outcome(ratio, statistics.median(values), min(values), max(values))
        for ratio, values in found
        if values
    ]


def by_round(ratio: Ratio, results: Results) -> list[float]:
    """Return it for each round in which all that it needs was measured."""
    above = [results.by_round(case, ratio.figure) for case in ratio.above]
    if ratio.below is None:
        return list(above[0].values())
    below = results.by_round(ratio.below, ratio.figure)
    rounds = set(below).intersection(*above)
    return [min(one[number] for one in above) / below[number] for number in sorted(rounds)]

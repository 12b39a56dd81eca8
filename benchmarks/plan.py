"""The measurements: which workload on which server, with which size, and how often."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from benchmarks.servers import POLL, SERVERS

OURS = ("hypercorn", "uvicorn", "granian")
BARE = ("bare-hypercorn", "bare-uvicorn", "bare-granian")
OTHERS = ("tornado", "socketio", "nchan")
LIVE = (*OURS, *BARE, *OTHERS)
FILES = ("hypercorn", "hypercorn-memory", "uvicorn", "uvicorn-memory")

ROUNDS = 5  # for figures that ratios are computed from
SMALL, USUAL, LARGE = 100, 1_000, 8_000  # clients waiting in one chat
CHATS, IDLE_CLIENTS, POSTERS, FULL = 1_000, 5_000, 100, 200
EFFORT, EFFORT_QUICK = 2.0, 0.7  # seconds, of CPU or of time, that a measurement lasts at least
EFFORT_LARGE = 8.0  # in a shorter measurement a single garbage collection would weigh too much


class Measurement(NamedTuple):
    """One workload on one server, and the number of rounds."""

    workload: str
    server: str
    transport: str
    size: int
    rounds: int = 1
    effort: float = EFFORT


def full() -> Iterator[Measurement]:
    """Yield all measurements, in the order of a round."""
    yield from measurements(
        "startup", (*OURS, *OTHERS, "flask"), 1, ROUNDS, first_transport_only=True
    )
    yield from measurements("fanout", LIVE, USUAL, ROUNDS)
    yield from measurements("fanout", ("hypercorn", "uvicorn"), LARGE, ROUNDS)
    yield from measurements("posting", FILES, POSTERS, ROUNDS, first_transport_only=True)
    yield Measurement("roster", "hypercorn", POLL, FULL, ROUNDS)
    yield from measurements("fanout", ("granian", *BARE, *OTHERS), LARGE)
    yield from measurements("fanout", (*LIVE, "flask"), SMALL)
    yield from measurements("fanout", ("flask",), USUAL)
    yield from measurements("many_chats", LIVE, CHATS)
    yield from measurements("storm", (*OURS, *OTHERS), USUAL)
    yield from measurements("posting", ("tornado", "flask"), POSTERS)
    yield from measurements("idle", ("hypercorn", "uvicorn", "tornado", "socketio"), IDLE_CLIENTS)


def quick() -> Iterator[Measurement]:
    """Yield the measurements behind most of the ratios, for a single round."""
    for measurement in full():
        if (measurement.workload, measurement.size) in {("fanout", USUAL), ("posting", POSTERS)}:
            if measurement.rounds == ROUNDS:
                yield measurement._replace(rounds=1, effort=EFFORT_QUICK)
        elif measurement.workload == "roster":
            yield measurement._replace(rounds=1)


def measurements(
    workload: str,
    servers: Iterable[str],
    size: int,
    rounds: int = 1,
    *,
    first_transport_only: bool = False,
) -> Iterator[Measurement]:
    """Yield a measurement for each transport of each server, or only for the first transport."""
    for server in servers:
        for transport in SERVERS[server].transports[: 1 if first_transport_only else None]:
            effort = EFFORT_LARGE if size == LARGE else EFFORT
            yield Measurement(workload, server, transport, size, rounds, effort)

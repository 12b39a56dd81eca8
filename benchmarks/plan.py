"""What is measured: which work, on which server, how large and how often."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from benchmarks.servers import POLL, SERVERS

OURS = ("hypercorn", "uvicorn", "granian")
BARE = ("bare-hypercorn", "bare-uvicorn", "bare-granian")
OTHERS = ("tornado", "socketio", "nchan")
LIVE = (*OURS, *BARE, *OTHERS)
FILES = ("hypercorn", "hypercorn-memory", "uvicorn", "uvicorn-memory")

ROUNDS = 5  # of what the ratios are made of
SMALL, USUAL, LARGE = 100, 1_000, 8_000  # who wait in one chat
CHATS, IDLERS, POSTERS, FULL = 1_000, 5_000, 100, 200
EFFORT, HASTE = 2.0, 0.7  # seconds that a measurement takes at least, of CPU or of time
EFFORT_LARGE = 8.0  # or a single look for garbage would count as if there were one all the time


class Turn(NamedTuple):
    """One measurement, and how often it is made."""

    workload: str
    server: str
    transport: str
    size: int
    rounds: int = 1
    effort: float = EFFORT


def full() -> Iterator[Turn]:
    """Return everything, in the order of a round."""
    yield from turns("startup", (*OURS, *OTHERS, "flask"), 1, ROUNDS, once=True)
    yield from turns("fanout", LIVE, USUAL, ROUNDS)
    yield from turns("fanout", ("hypercorn", "uvicorn"), LARGE, ROUNDS)
    yield from turns("posting", FILES, POSTERS, ROUNDS, once=True)
    yield Turn("roster", "hypercorn", POLL, FULL, ROUNDS)
    yield from turns("fanout", ("granian", *BARE, *OTHERS), LARGE)
    yield from turns("fanout", (*LIVE, "flask"), SMALL)
    yield from turns("fanout", ("flask",), USUAL)
    yield from turns("many_chats", LIVE, CHATS)
    yield from turns("storm", (*OURS, *OTHERS), USUAL)
    yield from turns("posting", ("tornado", "flask"), POSTERS)
    yield from turns("idle", ("hypercorn", "uvicorn", "tornado", "socketio"), IDLERS)


def quick() -> Iterator[Turn]:
    """Return what most of the ratios are made of, once."""
    for turn in full():
        if (turn.workload, turn.size) in {("fanout", USUAL), ("posting", POSTERS)}:
            if turn.rounds == ROUNDS:
                yield turn._replace(rounds=1, effort=HASTE)
        elif turn.workload == "roster":
            yield turn._replace(rounds=1)


def turns(
    workload: str,
    servers: Iterable[str],
    size: int,
    rounds: int = 1,
    *,
    once: bool = False,
) -> Iterator[Turn]:
    """Return one for each transport of each server; just `once` where that is no matter."""
    for server in servers:
        for transport in SERVERS[server].transports[: 1 if once else None]:
            effort = EFFORT_LARGE if size == LARGE else EFFORT
            yield Turn(workload, server, transport, size, rounds, effort)

"""Measure whether timing reveals that a chat exists: `python -m benchmarks.existence [SAMPLES]`.

Sends a stranger's requests to a real server in random order: about a busy chat in memory, about
chats that are only in the database, and about chats that do not exist. For each pair of these kinds
it prints the probability that an answer about one takes longer than an answer about the other (the
AUC of Mann and Whitney): 0.5 if they are indistinguishable. Exits with 1 unless all pairs are.
"""

import asyncio
import json
import random
import re
import socket
import statistics
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from tests.support.api_client import Api
from tests.support.api_fixtures import Person, guest, host
from tests.support.server_process import Server
from watchparty.party.tokens import new_chat_id, new_secret

SAMPLES = 3_000  # of each request about each kind of chat
WARM_UP = 200  # requests, not counted: the first ones are slower
COLD = 300  # chats that are only in the database, and as many that do not exist
MEMBERS = 50  # of the busy chat
POST_EVERY = 100  # requests; posts keep the busy chat busy
RESAMPLES = 200  # for the confidence interval
INDISTINGUISHABLE = (0.47, 0.53)  # AUCs that are as good as 0.5

COMPLETE = re.compile(rb"HTTP/1.1 .*?\r\ncontent-length: (\d+)\r\n.*?\r\n\r\n(.*)", re.DOTALL)
KINDS = ("busy", "cold", "none")  # of chats


class Request(NamedTuple):
    """A stranger's request about a chat."""

    line: str  # method and path
    token: str | None = None
    body: str = ""

    def about(self, chat_id: int) -> bytes:
        """Return the request about this chat as bytes, short enough for one packet."""
        credential = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        return (
            f"{self.line.format(chat_id)} HTTP/1.1\r\nHost: party.test\r\n{credential}"
            f"Content-Length: {len(self.body)}\r\n\r\n{self.body}"
        ).encode()


class Connection:
    """A persistent connection."""

    def __init__(self, url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        self._socket = socket.create_connection((host, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[bytes, float]:
        """Send a request; return the status and the time until the answer, in microseconds."""
        began = time.perf_counter_ns()
        self._socket.sendall(request)
        answer = self._socket.recv(2**16)
        while not (found := COMPLETE.match(answer)) or len(found[2]) < int(found[1]):
            answer += self._socket.recv(2**16)
        return answer[9:12], (time.perf_counter_ns() - began) / 1000


class Setup(NamedTuple):
    """A stranger's requests by name, and the ids they are about by kind of chat."""

    requests: dict[str, Request]
    chats: dict[str, list[int]]
    alice: Person


async def set_up(server: Server) -> Setup:
    """Create the chats. A restart afterwards leaves them in the database only."""
    async with Api(server.url) as api:
        alice, made = await host(api, "Alice")
        for number in range(MEMBERS):
            await guest(api, f"Guest {number}", alice.chat_id, made["magic_key"])
        cold = [(await host(api, "Dora"))[0].chat_id for _ in range(COLD)]
        charlie, _ = await host(api, "Charlie")
    chats = {"busy": [alice.chat_id], "cold": cold, "none": [new_chat_id() for _ in range(COLD)]}
    return Setup(requests_of(charlie), chats, alice)


def requests_of(charlie: Person) -> dict[str, Request]:
    """Return every kind of request that a stranger can try, by name."""
    key = json.dumps({"magic_key": new_secret(), "username": "Charlie"})
    return {
        "an unknown token": Request("GET /{}", new_secret()),
        "another chat's session": Request("GET /{}?since=0", charlie.session_token),
        "a stranger's auth key": Request("GET /{}?since=0", charlie.auth_key),
        "posting with an auth key": Request("POST /{}", charlie.auth_key, '{"body": "Hi"}'),
        "a wrong magic key": Request("POST /{}/join", None, key),
        "a wrong key, an auth key": Request("POST /{}/join", charlie.auth_key, key),
    }


def measure(url: str, setup: Setup, samples: int) -> dict[tuple[str, str], list[float]]:
    """Send all requests in random order; return their times by request and kind of chat."""
    order = [(name, kind) for name in setup.requests for kind in KINDS] * samples
    random.shuffle(order)
    times_by_case: dict[tuple[str, str], list[float]] = {case: [] for case in order}
    connection = Connection(url)
    post = Request("POST /{}", setup.alice.session_token, '{"body": "Did you see that?"}')
    for number, (name, kind) in enumerate(order[:WARM_UP] + order):
        if number % POST_EVERY == 0:
            assert connection.ask(post.about(setup.alice.chat_id))[0] == b"200"
        request = setup.requests[name].about(random.choice(setup.chats[kind]))
        status, duration = connection.ask(request)
        assert status == b"403"
        if number >= WARM_UP:
            times_by_case[name, kind].append(duration)
    return times_by_case


def auc(ones: Sequence[float], others: Sequence[float]) -> float:
    """Return the probability that one of the first is larger than one of the others."""
    ranked, count = sorted(others), len(others)
    below = sum(bisect_left(ranked, one) + bisect_right(ranked, one) for one in ones)
    return below / (2 * count * len(ones))


def interval(ones: Sequence[float], others: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % confidence interval of the AUC, by resampling (bootstrap)."""
    drawn = sorted(
        auc(random.choices(ones, k=len(ones)), random.choices(others, k=len(others)))
        for _ in range(RESAMPLES)
    )
    return drawn[RESAMPLES // 40], drawn[-RESAMPLES // 40 - 1]


def main() -> None:
    """Print the times and the AUCs; exit with 1 if some pair is distinguishable."""
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), limits="off")
        try:
            setup = asyncio.run(set_up(server))
            server.restart()
            times_by_case = measure(server.url, setup, samples)
        finally:
            server.stop()
    print(f"{samples:,} samples each, in microseconds\n{'':26} chat    median     p95")
    for (name, kind), times in sorted(times_by_case.items()):
        p95 = statistics.quantiles(times, n=20)[-1]
        print(f"{name:26} {kind:5} {statistics.median(times):8.0f} {p95:7.0f}")
    distinguishable = [
        compare(times_by_case, name, *pair)
        for name in setup.requests
        for pair in combinations(KINDS, 2)
    ]
    sys.exit("Timing reveals whether a chat exists." if any(distinguishable) else None)


def compare(
    times_by_case: dict[tuple[str, str], list[float]], name: str, one: str, other: str
) -> bool:
    """Print the AUC of two kinds of chats; return whether they are distinguishable."""
    times = times_by_case[name, one], times_by_case[name, other]
    low, high = interval(*times)
    differs = low > INDISTINGUISHABLE[1] or high < INDISTINGUISHABLE[0]
    print(
        f"{name:26} {one:>4} or {other}: {auc(*times):.3f} ({low:.3f} to {high:.3f})"
        f"{'  <- distinguishable' if differs else ''}"
    )
    return differs


if __name__ == "__main__":
    main()

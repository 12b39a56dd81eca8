"""Can a stranger's clock tell whether a chat exists? `python -m benchmarks.existence [SAMPLES]`.

Asks a real server, in random order, as a stranger would, of a busy chat that is in memory, of
chats that only the database knows, and of ids of no chat. For each pair that should look alike
it prints the chance that an answer about the one takes longer than one about the other (the
AUC of Mann and Whitney): 0.5 when they can't be told apart. Exits with 1 when some can.
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

SAMPLES = 3_000  # of each question about each kind of chat
FIRST = 200  # of all, not counted: everything is slower then
COLD = 300  # chats, and as many ids of none
MEMBERS = 50  # of the busy chat
TALK = 100  # questions after which somebody says something in it
RESAMPLES = 200  # for the interval
CLOSE = (0.47, 0.53)  # what is as good as 0.5

WHOLE = re.compile(rb"HTTP/1.1 .*?\r\ncontent-length: (\d+)\r\n.*?\r\n\r\n(.*)", re.DOTALL)
PLACES = ("busy", "cold", "none")


class Question(NamedTuple):
    """What a stranger asks of a chat."""

    what: str
    token: str | None = None
    body: str = ""

    def about(self, chat_id: int) -> bytes:
        """Return it as it is sent, in one packet."""
        credential = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        return (
            f"{self.what.format(chat_id)} HTTP/1.1\r\nHost: party.test\r\n{credential}"
            f"Content-Length: {len(self.body)}\r\n\r\n{self.body}"
        ).encode()


class Wire:
    """One connection, kept alive."""

    def __init__(self, url: str) -> None:
        place = url.removeprefix("http://").split(":")
        self._socket = socket.create_connection((place[0], int(place[1])))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, question: bytes) -> tuple[bytes, float]:
        """Return the status and how long the answer took, in microseconds."""
        began = time.perf_counter_ns()
        self._socket.sendall(question)
        answer = self._socket.recv(2**16)
        while not (found := WHOLE.match(answer)) or len(found[2]) < int(found[1]):
            answer += self._socket.recv(2**16)
        return answer[9:12], (time.perf_counter_ns() - began) / 1000


class Scene(NamedTuple):
    """A stranger's questions, and whom they are about."""

    questions: dict[str, Question]
    chats: dict[str, list[int]]
    alice: Person


async def set_scene(server: Server) -> Scene:
    """Fill the server; afterwards it is restarted, and knows the chats by its database only."""
    async with Api(server.url) as api:
        alice, made = await host(api, "Alice")
        for number in range(MEMBERS):
            await guest(api, f"Guest {number}", alice.chat_id, made["magic_key"])
        cold = [(await host(api, "Dora"))[0].chat_id for _ in range(COLD)]
        charlie, _ = await host(api, "Charlie")
    chats = {"busy": [alice.chat_id], "cold": cold, "none": [new_chat_id() for _ in range(COLD)]}
    return Scene(questions_of(charlie), chats, alice)


def questions_of(charlie: Person) -> dict[str, Question]:
    """Return everything that somebody who is outside can try."""
    key = json.dumps({"magic_key": new_secret(), "username": "Charlie"})
    return {
        "an unknown token": Question("GET /{}", new_secret()),
        "another chat's session": Question("GET /{}?since=0", charlie.session_token),
        "somebody's auth key": Question("GET /{}?since=0", charlie.auth_key),
        "posting with it": Question("POST /{}", charlie.auth_key, '{"body": "Hi"}'),
        "a wrong magic key": Question("POST /{}/join", None, key),
        "the same, and an auth key": Question("POST /{}/join", charlie.auth_key, key),
    }


def measure(url: str, scene: Scene, samples: int) -> dict[tuple[str, str], list[float]]:
    """Ask everything of everybody, in an order of chance."""
    order = [(what, where) for what in scene.questions for where in PLACES] * samples
    random.shuffle(order)
    took: dict[tuple[str, str], list[float]] = {what: [] for what in order}
    wire = Wire(url)
    words = Question("POST /{}", scene.alice.session_token, '{"body": "Did you see that?"}')
    for number, (what, where) in enumerate(order[:FIRST] + order):
        if number % TALK == 0:
            assert wire.ask(words.about(scene.alice.chat_id))[0] == b"200"
        question = scene.questions[what].about(random.choice(scene.chats[where]))
        status, time_ = wire.ask(question)
        assert status == b"403"
        if number >= FIRST:
            took[what, where].append(time_)
    return took


def auc(ones: Sequence[float], others: Sequence[float]) -> float:
    """Return the chance that one of the first is larger than one of the others."""
    ranked, count = sorted(others), len(others)
    below = sum(bisect_left(ranked, one) + bisect_right(ranked, one) for one in ones)
    return below / (2 * count * len(ones))


def interval(ones: Sequence[float], others: Sequence[float]) -> tuple[float, float]:
    """Return between what the AUC is with a chance of 95 %, by drawing the samples again."""
    drawn = sorted(
        auc(random.choices(ones, k=len(ones)), random.choices(others, k=len(others)))
        for _ in range(RESAMPLES)
    )
    return drawn[RESAMPLES // 40], drawn[-RESAMPLES // 40 - 1]


def main() -> None:
    """Print two tables, and say whether anything can be told."""
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), limits="off")
        try:
            scene = asyncio.run(set_scene(server))
            server.restart()
            took = measure(server.url, scene, samples)
        finally:
            server.stop()
    print(f"{samples:,} samples each, in microseconds\n{'':26} chat    median     p95")
    for (what, where), times in sorted(took.items()):
        p95 = statistics.quantiles(times, n=20)[-1]
        print(f"{what:26} {where:5} {statistics.median(times):8.0f} {p95:7.0f}")
    told = [
        compare(took, what, *pair) for what in scene.questions for pair in combinations(PLACES, 2)
    ]
    sys.exit("A stranger can tell." if any(told) else None)


def compare(took: dict[tuple[str, str], list[float]], what: str, one: str, other: str) -> bool:
    """Print how well two kinds of chats are told apart; return whether that is clearly so."""
    times = took[what, one], took[what, other]
    low, high = interval(*times)
    told = low > CLOSE[1] or high < CLOSE[0]
    print(
        f"{what:26} {one:>4} or {other}: {auc(*times):.3f} ({low:.3f} to {high:.3f})"
        f"{'  <- told apart' if told else ''}"
    )
    return told


if __name__ == "__main__":
    main()

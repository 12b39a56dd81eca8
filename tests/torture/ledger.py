"""Compare the acknowledged messages with those that each reader received."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from watchparty.party.window import WINDOW


@dataclass
class Reading:
    """The messages that one reader received by following the cursor."""

    since: int = 0
    epoch: str | None = None
    seen: dict[int, str] = field(default_factory=dict)
    missed: int = 0
    gaps: int = 0

    def take(self, page: dict[str, Any]) -> None:
        """Record a page; count a gap unless its missed messages and ids follow the cursor."""
        ids = [message["id"] for message in page["messages"]]
        # A page reports missed messages only when it is full.
        self.gaps += page["missed"] > 0 and len(ids) != WINDOW
        expected = [*range(self.since + page["missed"] + 1, page["last_id"] + 1)]
        self.gaps += page["reset"] or ids != expected
        self.missed += page["missed"]
        for message in page["messages"]:
            self.gaps += self.seen.setdefault(message["id"], message["body"]) != message["body"]
        self.since, self.epoch = page["last_id"], page["epoch"]


@dataclass
class Ledger:
    """The acknowledged messages of one chat, and what each reader received."""

    acknowledged: dict[int, str] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    replays: int = 0
    clashes: int = 0
    holes: int = 0

    def check_window(self, page: dict[str, Any]) -> None:
        """Check a whole window: it must hold the newest 30 messages, in order."""
        last = page["last_id"]
        ids = [message["id"] for message in page["messages"]]
        self.holes += ids != [*range(max(1, last - WINDOW + 1), last + 1)]

    def acknowledge(self, id_: int, body: str) -> None:
        self.clashes += self.acknowledged.setdefault(id_, body) != body

    @property
    def received(self) -> dict[int, set[str]]:
        """The bodies that readers received under each id; a second body is an error."""
        received: dict[int, set[str]] = defaultdict(set)
        for reading in self.readings:
            for id_, body in reading.seen.items():
                received[id_].add(body)
        return received

    def lost(self, last_id: int) -> int:
        """Count acknowledged messages whose id is past the end or was read with another body.

        `unseen` counts those that left the window before anybody read them.
        """
        received = self.received
        return self.clashes + sum(
            id_ > last_id or received.get(id_, {body}) != {body}
            for id_, body in self.acknowledged.items()
        )

    def doubled(self) -> int:
        """Count messages that were acknowledged or read under more than one id."""
        read = {(id_, body) for id_, bodies in self.received.items() for body in bodies}
        ids = read | {*self.acknowledged.items()}
        return sum(times - 1 for times in Counter(body for _, body in ids).values())

    def unseen(self) -> int:
        """Count acknowledged messages that no reader saw, and whose loss would go unnoticed."""
        return len(self.acknowledged.keys() - self.received.keys())

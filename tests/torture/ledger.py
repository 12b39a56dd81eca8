"""What was acknowledged and what every reader received: the two must agree."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from watchparty.party.window import WINDOW


@dataclass
class Reading:
    """What one reader heard of a chat, by following the cursor."""

    since: int = 0
    epoch: str | None = None
    seen: dict[int, str] = field(default_factory=dict)
    missed: int = 0
    gaps: int = 0

    def take(self, page: dict[str, Any]) -> None:
        """Account for a page: the ids it brings and those it says were missed, and no hole."""
        ids = [message["id"] for message in page["messages"]]
        # Nothing is missed that would have to be there still.
        self.gaps += page["missed"] > 0 and len(ids) != WINDOW
        expected = [*range(self.since + page["missed"] + 1, page["last_id"] + 1)]
        self.gaps += page["reset"] or ids != expected
        self.missed += page["missed"]
        for message in page["messages"]:
            self.gaps += self.seen.setdefault(message["id"], message["body"]) != message["body"]
        self.since, self.epoch = page["last_id"], page["epoch"]


@dataclass
class Ledger:
    """One chat: who was promised what, and who heard what."""

    acknowledged: dict[int, str] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    replays: int = 0
    clashes: int = 0
    holes: int = 0

    def look_over(self, page: dict[str, Any]) -> None:
        """Account for a whole window: the newest 30 must be there, each in its place."""
        last = page["last_id"]
        ids = [message["id"] for message in page["messages"]]
        self.holes += ids != [*range(max(1, last - WINDOW + 1), last + 1)]

    def acknowledge(self, id_: int, body: str) -> None:
        self.clashes += self.acknowledged.setdefault(id_, body) != body

    @property
    def heard(self) -> dict[int, set[str]]:
        """What was read under each id, by anybody; more than one thing is one too many."""
        heard: dict[int, set[str]] = defaultdict(set)
        for reading in self.readings:
            for id_, body in reading.seen.items():
                heard[id_].add(body)
        return heard

    def lost(self, last_id: int) -> int:
        """Count acknowledged messages that are not what was read under their id, or beyond the end.

        One that nobody read because it had left the window, and everybody was expected so, is
        not counted here; `unseen` does.
        """
        heard = self.heard
        return self.clashes + sum(
            id_ > last_id or heard.get(id_, {body}) != {body}
            for id_, body in self.acknowledged.items()
        )

    def doubled(self) -> int:
        """Count messages that were acknowledged or read under more than one id."""
        read = {(id_, body) for id_, bodies in self.heard.items() for body in bodies}
        ids = read | {*self.acknowledged.items()}
        return sum(times - 1 for times in Counter(body for _, body in ids).values())

    def unseen(self) -> int:
        """Count acknowledged messages that no reader saw: of their loss nobody would know."""
        return len(self.acknowledged.keys() - self.heard.keys())

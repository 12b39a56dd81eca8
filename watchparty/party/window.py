"""The last 30 messages of a chat, and what a reader's cursor has missed."""

from collections import deque
from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct

from watchparty.party.values import Message

WINDOW = 30  # messages that exist; the product's promise

_encode = msgspec.json.Encoder().encode


class Cursor(Struct, frozen=True):
    """How far a reader has come: the newest id they hold, and whose history it was."""

    since: int | None = None
    epoch: str | None = None


class Page(Struct, frozen=True, kw_only=True):
    """The answer to one cursor, the same for everybody who asks with it.

    `messages` are oldest first, each already encoded; `missed` counts the ids newer
    than the cursor that have left the window.
    """

    chat_id: int
    epoch: str
    messages: list[Raw]
    last_id: int
    missed: int = 0
    reset: bool = False

    @property
    def has_news(self) -> bool:
        """Tell whether a reader who waits should be answered with this."""
        return bool(self.messages) or self.reset or self.missed > 0


class Window:
    """At most 30 messages, each encoded once, and the pages cut from them."""

    def __init__(self, chat_id: int, epoch: str, last_id: int, messages: Iterable[Message]) -> None:
        self.chat_id = chat_id
        self.epoch = epoch
        self.last_id = last_id
        self._kept = deque(((m.id, Raw(_encode(m))) for m in messages), maxlen=WINDOW)
        self._pages: dict[tuple[int | None, bool], tuple[Page, bytes]] = {}

    def add(self, message: Message) -> None:
        """Take a message the store has kept; the oldest leaves when there are 31."""
        self._kept.append((message.id, Raw(_encode(message))))
        self.last_id = message.id
        self._pages.clear()

    def look(self, cursor: Cursor) -> tuple[Page, bytes]:
        """Return what a reader at `cursor` should see now, and the same as JSON."""
        foreign = cursor.epoch is not None and cursor.epoch != self.epoch
        if cursor.since is None:
            return self._page(since=None, reset=foreign)
        reset = foreign or cursor.since > self.last_id
        return self._page(since=0 if reset else cursor.since, reset=reset)

    def _page(self, since: int | None, reset: bool) -> tuple[Page, bytes]:
        asked = (since, reset)
        if asked not in self._pages:
            page = self._cut(since, reset)
            if page.missed and not reset:  # any number of cursors lag behind: don't keep those
                return page, _encode(page)
            self._pages[asked] = page, _encode(page)
        return self._pages[asked]

    def _cut(self, since: int | None, reset: bool) -> Page:
        newer = [(id_, raw) for id_, raw in self._kept if id_ > (since or 0)]
        oldest = newer[0][0] if newer else self.last_id + 1
        return Page(
            chat_id=self.chat_id,
            epoch=self.epoch,
            messages=[raw for _, raw in newer],
            last_id=self.last_id,
            missed=0 if since is None else oldest - since - 1,
            reset=reset,
        )

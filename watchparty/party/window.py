"""The last 30 messages of a chat, and the page for each cursor."""

from collections.abc import Iterable
from weakref import ref

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType
from msgspec.structs import replace

from watchparty.party.models import Message, State

WINDOW = 30  # messages that a chat keeps; the product's promise

PAGES_BYTES = 32 * 1024 * 1024  # of all chats; a full window of the longest messages is 0.25 MB

EMPTY = Raw()

PageKey = tuple[int | None, bool, bool]  # since, reset, stale

_encode = msgspec.json.Encoder().encode


class Cursor(Struct, frozen=True):
    """How far a reader has read: the newest message id they have, and the epoch it is from.

    With a `rev`, they also want the state when it has another revision.
    """

    since: int | None = None
    epoch: str | None = None
    rev: int | None = None


class Page(Struct, frozen=True, kw_only=True, eq=False, weakref=True):
    """The answer to one cursor, shared by all readers with the same cursor.

    `messages` are oldest first, each already encoded; `missed` counts the ids newer than the
    cursor that have left the window. `rev` and `state` are set when the reader asked for them
    and has another revision.
    """

    chat_id: int
    epoch: str
    messages: list[Raw]
    last_id: int
    missed: int = 0
    reset: bool = False
    rev: int | UnsetType = UNSET
    state: State | UnsetType = UNSET

    @property
    def has_news(self) -> bool:
        """Return True if a held poll should be answered with this page."""
        return bool(self.messages) or self.reset or self.missed > 0 or self.state is not UNSET


class PagesInMemory:
    """Bounds the pages of all windows: one is kept for each cursor that readers have.

    It refers to windows weakly: those of deleted chats must not stay in memory.
    """

    def __init__(self) -> None:
        self._sizes: dict[ref[Window], int] = {}  # the one that grew last comes last
        self._size = 0

    def add(self, window: "Window") -> None:
        """Count a window that has grown; let those that grew longest ago forget their pages."""
        self.discard(window)
        self._sizes[ref(window, self._drop)] = window.pages_size
        self._size += window.pages_size
        while self._size > PAGES_BYTES and len(self._sizes) > 1:
            oldest = next(iter(self._sizes))
            if window_left := oldest():
                window_left.forget_pages()
            else:
                self._drop(oldest)

    def discard(self, window: "Window") -> None:
        """Forget a window without pages."""
        self._drop(ref(window))

    def _drop(self, window: "ref[Window]") -> None:
        self._size -= self._sizes.pop(window, 0)


_in_memory = PagesInMemory()


class Window:
    """At most 30 messages, each encoded once, and the pages built from them."""

    def __init__(self, chat_id: int, epoch: str, last_id: int, messages: Iterable[Message]) -> None:
        self.chat_id = chat_id
        self.epoch = epoch
        self.last_id = last_id
        self._kept = {message.id: message for message in messages}
        self._encoded = {id_: Raw(_encode(message)) for id_, message in self._kept.items()}
        self._pages: dict[PageKey, tuple[Page, bytes]] = {}
        self._texts_size = sum(map(_size, self._encoded.values()))
        self._pages_size = 0
        self._rev: int | None = None
        self._state: State | UnsetType = UNSET

    @property
    def deleted(self) -> list[int]:
        """Return the ids of the deleted messages."""
        return [id_ for id_, message in self._kept.items() if message.deleted]

    @property
    def authors(self) -> dict[int, str]:
        """Return the names of the authors of these messages, by member id."""
        return {message.member_id: message.username for message in self._kept.values()}

    @property
    def pages_size(self) -> int:
        """Return the size of the pages, in bytes."""
        return self._pages_size

    @property
    def memory_size(self) -> int:
        """Return the approximate size in memory, in bytes: each text twice, and the pages."""
        return 2 * self._texts_size + self._pages_size

    def find(self, id_: int) -> Message | None:
        """Return a message, if it is in the window."""
        return self._kept.get(id_)

    def add(self, message: Message) -> Message | None:
        """Add a stored message; return the oldest one if it leaves the window for it."""
        self._put(message)
        self.last_id = message.id
        if len(self._kept) <= WINDOW:
            return None
        oldest = next(iter(self._kept))
        self._texts_size -= _size(self._encoded.pop(oldest))
        return self._kept.pop(oldest)

    def blank(self, id_: int) -> None:
        """Delete the text of a message, unless it has left the window meanwhile."""
        if id_ in self._kept:
            self._put(replace(self._kept[id_], body="", key=UNSET, deleted=True))

    def set_state(self, rev: int, state: State) -> None:
        """Set the state, for the pages of readers who have another revision."""
        self._rev, self._state = rev, state
        self.forget_pages()

    def page_at(self, cursor: Cursor) -> tuple[Page, bytes]:
        """Return the page for a reader at `cursor`, and the same as JSON."""
        foreign = cursor.epoch is not None and cursor.epoch != self.epoch
        stale = cursor.rev is not None and (foreign or cursor.rev != self._rev)
        if cursor.since is None:
            return self._page(None, foreign, stale)
        reset = foreign or cursor.since > self.last_id
        return self._page(0 if reset else cursor.since, reset, stale)

    def _put(self, message: Message) -> None:
        before, encoded = self._encoded.get(message.id, EMPTY), Raw(_encode(message))
        self._kept[message.id], self._encoded[message.id] = message, encoded
        self._texts_size += _size(encoded) - _size(before)
        self.forget_pages()

    def _page(self, since: int | None, reset: bool, stale: bool) -> tuple[Page, bytes]:
        key = (since, reset, stale)
        if key not in self._pages:
            page = self._build_page(since, reset, stale)
            if page.missed and not reset:  # the number of such cursors is unbounded: no cache
                return page, _encode(page)
            self._pages[key] = page, _encode(page)
            self._pages_size += len(self._pages[key][1])
            _in_memory.add(self)
        return self._pages[key]

    def forget_pages(self) -> None:
        """Build the pages again when readers ask for them."""
        self._pages.clear()
        self._pages_size = 0
        _in_memory.discard(self)

    def _build_page(self, since: int | None, reset: bool, stale: bool) -> Page:
        newer = [id_ for id_ in self._kept if id_ > (since or 0)]
        oldest = newer[0] if newer else self.last_id + 1
        return Page(
            chat_id=self.chat_id,
            epoch=self.epoch,
            messages=[self._encoded[id_] for id_ in newer],
            last_id=self.last_id,
            missed=0 if since is None else oldest - since - 1,
            reset=reset,
            rev=self._rev if stale and self._rev is not None else UNSET,
            state=self._state if stale else UNSET,
        )


def _size(encoded: Raw) -> int:
    return len(memoryview(encoded))

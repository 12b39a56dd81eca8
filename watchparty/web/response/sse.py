"""A chat as a stream of server-sent events (HTML Standard, section 9.2).

The next page is built only when the client has received the one before. A slow client
therefore delays nobody else, and gets a gap event for the messages that it missed.
"""

from functools import lru_cache

import msgspec
from msgspec import UNSET, Raw, Struct
from quart import Response

from watchparty.party.errors import PartyError
from watchparty.party.window import Cursor, Page
from watchparty.web.response.schemas import ChangeAnswer, error_body

MEDIA_TYPE = "text/event-stream"

# X-Accel-Buffering: by default, nginx buffers the events.
HEADERS = {"Content-Type": MEDIA_TYPE, "X-Accel-Buffering": "no"}

HEARTBEAT = 20.0  # seconds; proxies cut connections that are silent for 60, phones sooner
COMMENT = b":\n\n"


class Gap(Struct, frozen=True):
    """The number of messages that left the window before the client got them."""

    missed: int


class Reset(Struct, frozen=True):
    """The chat has another history, whose whole window follows."""

    epoch: str
    missed: int


def head() -> Response:
    """Return the headers of a stream without the stream (RFC 9110, section 9.3.2)."""
    response = Response(headers=HEADERS)
    del response.headers["Content-Length"]  # a stream has none
    return response


def encode_page(page: Page) -> bytes:
    """Return the events of a page, or a comment if it has none: proxies cut silent streams.

    Gap and reset events carry an id, so that a client that resumes does not get them again.
    """
    before = page.last_id - len(page.messages)
    events = []
    if page.reset:
        events.append(_event("reset", Reset(page.epoch, page.missed), before))
    elif page.missed:
        events.append(_event("gap", Gap(page.missed), before))
    events += [_message(id_, raw) for id_, raw in enumerate(page.messages, before + 1)]
    if page.state is not UNSET and page.rev is not UNSET:
        events.append(_event("state", ChangeAnswer(page.rev, page.state)))
    return b"".join(events) or COMMENT


def encode_end(error: PartyError) -> bytes:
    """Return the last event of a stream."""
    return _event("end", error_body(error))


def cursor_after(page: Page, cursor: Cursor) -> Cursor:
    """Return the cursor of a reader at `cursor` who has received a page."""
    return _cursor(page.last_id, page.epoch, cursor.rev if page.rev is UNSET else page.rev)


@lru_cache(1_000)  # readers at the same position share one object
def _cursor(since: int, epoch: str, rev: int | None) -> Cursor:
    return Cursor(since, epoch, rev)


def _message(id_: int, encoded: Raw) -> bytes:
    return b"id: %d\ndata: %b\n\n" % (id_, bytes(encoded))


def _event(name: str, data: Struct, id_: int | None = None) -> bytes:
    line = b"" if id_ is None else b"id: %d\n" % id_
    return b"%bevent: %b\ndata: %b\n\n" % (line, name.encode(), msgspec.json.encode(data))

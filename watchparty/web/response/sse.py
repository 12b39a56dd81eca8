"""A chat as a stream of server-sent events (HTML Standard, section 9.2).

Each page is cut when its reader has taken the one before, so whoever reads slowly holds up
nothing but themselves, and learns of the gap like anybody who was away.
"""

from functools import lru_cache

import msgspec
from msgspec import UNSET, Raw, Struct
from quart import Response

from watchparty.party.errors import PartyError
from watchparty.party.models import State
from watchparty.party.window import Cursor, Page
from watchparty.web.response.schemas import error_body

MEDIA_TYPE = "text/event-stream"

# nginx would collect what must go out.
HEADERS = {"Content-Type": MEDIA_TYPE, "X-Accel-Buffering": "no"}

HEARTBEAT = 20.0  # seconds; proxies cut a connection that is silent for 60, phones sooner
COMMENT = b":\n\n"


class Gap(Struct, frozen=True):
    """So many messages have left the window unseen."""

    missed: int


class Reset(Struct, frozen=True):
    """The history is another one: what follows is its whole window."""

    epoch: str
    missed: int


class Change(Struct, frozen=True):
    """What there is beside the messages is another revision now."""

    rev: int
    state: State


def head() -> Response:
    """Answer with what a stream begins with, and nothing else (RFC 9110, section 9.3.2)."""
    response = Response(headers=HEADERS)
    del response.headers["Content-Length"]  # nobody knows that of a stream
    return response


def encode_end(error: PartyError) -> bytes:
    """Return what a stream ends with."""
    return _event("end", error_body(error))


def cursor_after(page: Page, cursor: Cursor) -> Cursor:
    """Return where a reader is who was told a page."""
    return _cursor(page.last_id, page.epoch, cursor.rev if page.rev is UNSET else page.rev)


@lru_cache(1_000)  # all who have heard the same are at the same place
def _cursor(since: int, epoch: str, rev: int | None) -> Cursor:
    return Cursor(since, epoch, rev)


def encode_page(page: Page) -> bytes:
    """Return the events of a page, or a comment: a beginning and a silence are heard, too.

    What passed unseen has an id: it is told once.
    """
    before = page.last_id - len(page.messages)
    events = []
    if page.reset:
        events.append(_event("reset", Reset(page.epoch, page.missed), before))
    elif page.missed:
        events.append(_event("gap", Gap(page.missed), before))
    events += [_message(id_, raw) for id_, raw in enumerate(page.messages, before + 1)]
    if page.state is not UNSET and page.rev is not UNSET:
        events.append(_event("state", Change(page.rev, page.state)))
    return b"".join(events) or COMMENT


def _message(id_: int, encoded: Raw) -> bytes:
    return b"id: %d\ndata: %b\n\n" % (id_, bytes(encoded))


def _event(name: str, data: Struct, id_: int | None = None) -> bytes:
    line = b"" if id_ is None else b"id: %d\n" % id_
    return b"%bevent: %b\ndata: %b\n\n" % (line, name.encode(), msgspec.json.encode(data))

"""Read a poll or a stream from a plain request, as nearly all of them are.

The result is None for anything odd, unknown or wrong, which is left to the framework.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from watchparty.party import tokens
from watchparty.party.window import Cursor
from watchparty.web.middleware.exchange import BODY_HEADERS
from watchparty.web.middleware.reject_malformed import HEADERS_MAX, HOST_MAX, PLAIN_HOST
from watchparty.web.request import credentials, poll_query
from watchparty.web.response import sse

PATH = re.compile(r"/([1-9][0-9]{0,17})")
BEARER = re.compile(rb"Bearer ([!-~]{1,200})")
ID = re.compile(rb"[0-9]{1,15}")
PARAMETERS = {
    b"since": ID,
    b"wait": re.compile(rb"[0-9]{1,4}(\.[0-9]{1,3})?"),
    b"epoch": re.compile(rb"[0-9A-Za-z]{1,64}"),
    b"rev": ID,
}
QUERY_MAX = 120  # bytes; bounds the cache of parsed queries

# The headers that are read here, each at most once.
ACCEPT, AUTHORIZATION, HOST = b"accept", b"authorization", b"host"
LAST_EVENT_ID = poll_query.LAST_EVENT_ID_HEADER.lower().encode()
READ_HEADERS = {ACCEPT, AUTHORIZATION, HOST, LAST_EVENT_ID}
# Headers that only the framework handles: other credentials, bodies, other origins.
FRAMEWORK_HEADERS = {
    *(name.lower().encode() for name in credentials.HEADERS),
    *(*BODY_HEADERS, b"expect", b"origin"),
}

STREAM = sse.MEDIA_TYPE.encode()

Headers = dict[bytes, bytes]


class PollParams(NamedTuple):
    """The parameters of a poll or a stream."""

    chat_id: int
    credential: bytes  # its hash
    cursor: Cursor
    wait: float | None  # seconds; None for a stream


def poll_params(scope: Any) -> PollParams | None:
    """Return the parameters of a plain poll or stream, of a GET request."""
    path, query = PATH.fullmatch(scope["path"]), _query(scope["query_string"][:QUERY_MAX])
    headers = _headers(scope["headers"]) if path and query else None
    if path is None or query is None or headers is None:
        return None
    cursor, wait = _position(*query, headers)
    bearer = BEARER.fullmatch(headers.get(AUTHORIZATION, b""))
    if cursor is None or bearer is None:
        return None
    return PollParams(int(path[1]), tokens.hash_secret(bearer[1].decode()), cursor, wait)


@lru_cache(1_000)  # all requests that wait in a chat have the same query
def _query(sent: bytes) -> tuple[Cursor, float | None] | None:
    """Parse `since`, `epoch`, `rev` and `wait`, none of them escaped or repeated."""
    pairs = [pair.partition(b"=") for pair in sent.split(b"&")] if sent else []
    found = {name: value for name, _, value in pairs}
    is_known = all(name in PARAMETERS and PARAMETERS[name].fullmatch(found[name]) for name in found)
    if not is_known or len(found) < len(pairs) or len(sent) == QUERY_MAX:
        return None
    since, rev = (int(found[name]) if name in found else None for name in (b"since", b"rev"))
    epoch = found[b"epoch"].decode() if b"epoch" in found else None
    wait = min(float(found[b"wait"]), poll_query.HOLD_MAX) if b"wait" in found else None
    return Cursor(since, epoch, rev), wait


def _headers(sent: list[tuple[bytes, bytes]]) -> Headers | None:
    """Return the READ_HEADERS, or None if the framework has to read others."""
    found: Headers = {}
    for name, value in sent:
        if name in READ_HEADERS:
            if name in found:
                return None
            found[name] = value
        elif name in FRAMEWORK_HEADERS:
            return None
    host = found.get(HOST, b"")
    is_plain = len(sent) <= HEADERS_MAX and len(host) <= HOST_MAX and PLAIN_HOST.fullmatch(host)
    return found if is_plain else None


def _position(
    cursor: Cursor, wait: float | None, headers: Headers
) -> tuple[Cursor | None, float | None]:
    """Return the cursor, if this is a poll or a stream, and how long to wait."""
    if STREAM in headers.get(ACCEPT, b"").lower():
        return _stream_cursor(cursor, headers), None
    is_poll = cursor.since is not None and wait is not None and LAST_EVENT_ID not in headers
    return cursor if is_poll else None, wait


def _stream_cursor(cursor: Cursor, headers: Headers) -> Cursor | None:
    """Return where a stream begins or resumes, unless the client accepts other types too."""
    last_event_id = headers.get(LAST_EVENT_ID)
    if headers[ACCEPT] != STREAM or (last_event_id is not None and not ID.fullmatch(last_event_id)):
        return None
    if last_event_id is None:
        return cursor
    return Cursor(int(last_event_id), cursor.epoch, cursor.rev)

"""Read a poll or a stream from a request as plain as nearly all of them are.

Whatever is odd, unknown or wrong is None, and for the framework to look at.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from watchparty.party import tokens
from watchparty.party.window import Cursor
from watchparty.web.middleware.drain_body import BODY_HEADERS
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
QUERY_MAX = 120  # bytes, of those that are remembered

# The headers that count here; each may come once.
ACCEPT, AUTHORIZATION, HOST = b"accept", b"authorization", b"host"
LAST_EVENT_ID = poll_query.LAST_EVENT_ID_HEADER.lower().encode()
READ = {ACCEPT, AUTHORIZATION, HOST, LAST_EVENT_ID}
# Other credentials, other origins and bodies.
ODD = {
    *(name.lower().encode() for name in credentials.HEADERS),
    *BODY_HEADERS,
    b"expect",
    b"origin",
}

STREAM = sse.MEDIA_TYPE.encode()

Headers = dict[bytes, bytes]
Place = tuple[Cursor, float | None]  # and how many seconds to wait; None for a stream


class PollParams(NamedTuple):
    """Where a member is in a chat, and how they want to hear what is newer."""

    chat_id: int
    credential: bytes  # the fingerprint
    cursor: Cursor
    wait: float | None  # seconds; None is a stream


def poll_params(scope: Any) -> PollParams | None:
    """Return what is asked for, if it is nothing but a poll or a stream."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    path, asked = PATH.fullmatch(scope["path"]), _asked(scope["query_string"][:QUERY_MAX])
    headers = _headers(scope["headers"]) if path and asked else None
    if path is None or asked is None or headers is None:
        return None
    bearer = BEARER.fullmatch(headers.get(AUTHORIZATION, b""))
    is_stream = STREAM in headers.get(ACCEPT, b"").lower()  # in capitals it is still no poll
    place = (_stream if is_stream else _poll)(*asked, headers)
    if bearer is None or place is None:
        return None
    return PollParams(int(path[1]), tokens.hash_token(bearer[1].decode()), *place)


@lru_cache(1_000)  # all who wait in a chat ask the same
def _asked(sent: bytes) -> Place | None:
    """Take a query apart in which nothing is escaped, repeated or unknown."""
    pairs = [pair.partition(b"=") for pair in sent.split(b"&")] if sent else []
    found = {name: value for name, _, value in pairs}
    known = all(name in PARAMETERS and PARAMETERS[name].fullmatch(found[name]) for name in found)
    if not known or len(found) < len(pairs) or len(sent) == QUERY_MAX:
        return None
    since, rev = (int(found[name]) if name in found else None for name in (b"since", b"rev"))
    epoch = found[b"epoch"].decode() if b"epoch" in found else None
    wait = min(float(found[b"wait"]), poll_query.HOLD_MAX) if b"wait" in found else None
    return Cursor(since, epoch, rev), wait


def _headers(sent: list[tuple[bytes, bytes]]) -> Headers | None:
    """Return those that count, if they are all that matters."""
    found: Headers = {}
    for name, value in sent:
        if name in READ:
            if name in found:
                return None
            found[name] = value
        elif name in ODD:
            return None
    host = found.get(HOST, b"")
    plain = len(sent) <= HEADERS_MAX and len(host) <= HOST_MAX and PLAIN_HOST.fullmatch(host)
    return found if plain else None


def _poll(cursor: Cursor, wait: float | None, headers: Headers) -> Place | None:
    return (
        None if cursor.since is None or wait is None or LAST_EVENT_ID in headers else (cursor, wait)
    )


def _stream(cursor: Cursor, _: float | None, headers: Headers) -> Place | None:
    """Return where a stream begins or goes on, if nothing but a stream will do."""
    last_id = headers.get(LAST_EVENT_ID)
    if headers[ACCEPT] != STREAM or (last_id is not None and not ID.fullmatch(last_id)):
        return None
    return cursor if last_id is None else Cursor(int(last_id), cursor.epoch, cursor.rev), None

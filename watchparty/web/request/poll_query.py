"""Read the query string of a poll: the cursor in the chat, and how long to hold the request."""

import re
from collections.abc import Mapping

from quart import Request

from watchparty.party.errors import InvalidRequest
from watchparty.party.window import Cursor

LAST_EVENT_ID_HEADER = "Last-Event-ID"  # HTML Standard, section 9.2.4

ID_MAX = 2**53 - 1  # the largest integer that JSON carries safely (RFC 8259 section 6)
HOLD_MAX = 30.0  # seconds; routers and proxies cut connections that are silent for 60

INTEGER = re.compile(r"[0-9]{1,16}")
DECIMAL = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")


def cursor(request: Request) -> Cursor:
    """Read `since`, `epoch` and `rev`. Raises InvalidRequest for bad numbers.

    A browser that resumes a stream sends its position in a header, which replaces `since`.
    """
    last_event_id = request.headers.get(LAST_EVENT_ID_HEADER)
    query = request.args if last_event_id is None else {**request.args, "since": last_event_id}
    since = _integer(query, "since", "a message id")
    return Cursor(since, query.get("epoch"), _integer(query, "rev", "a revision"))


def wait(query: Mapping[str, str]) -> float:
    """Return the seconds to hold the request: 0 without `wait`, and at most 30.

    Raises InvalidRequest unless `wait` is a non-negative decimal.
    """
    text = query.get("wait", "0")
    if not DECIMAL.fullmatch(text):
        raise InvalidRequest(
            "wait must be a non-negative number of seconds; values over 30 count as 30."
        )
    return min(float(text), HOLD_MAX)


def _integer(query: Mapping[str, str], name: str, meaning: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not INTEGER.fullmatch(text) or int(text) > ID_MAX:
        raise InvalidRequest(f"{name} must be {meaning}: a whole number from 0 to 2^53-1.")
    return int(text)

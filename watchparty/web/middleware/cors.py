"""Let pages of other origins use the API, as far as the operator wants that (Fetch, section 3.2).

Credentials travel in headers that such a page has to know, never in cookies: it can do what
whoever wrote it could do anyway, and nothing in the name of a visitor.
"""

from datetime import timedelta

from quart import Quart
from quart_cors import cors

from watchparty.web.request import credentials, idempotency, poll_query

SENT = (*credentials.HEADERS, "Content-Type", idempotency.HEADER, poll_query.LAST_EVENT_ID_HEADER)
SEEN = (idempotency.REPLAY, "Retry-After")
METHODS = ("GET", "POST", "PUT", "DELETE")

# Until a browser asks again; none believes more.
KNOWN = timedelta(hours=2)


def init_cors(app: Quart, origins: tuple[str, ...]) -> None:
    """Allow these origins to ask `app` and to read its answers, refusals included."""
    if origins:
        cors(
            app,
            allow_origin=origins,
            allow_methods=METHODS,
            allow_headers=SENT,
            expose_headers=SEEN,
            max_age=KNOWN,
        )

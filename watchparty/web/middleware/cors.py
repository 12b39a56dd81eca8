"""Let pages of other origins use the API, if the operator allows it (Fetch, section 3.2).

Credentials are in headers, never in cookies: such a page can send only those that it knows. It can
do nothing that its author could not do anyway, and nothing on behalf of a visitor.
"""

from datetime import timedelta

from quart import Quart
from quart_cors import cors

from watchparty.web.request import body, credentials, poll_query

REQUEST_HEADERS = (
    *(*credentials.HEADERS, "Content-Type"),
    *(body.IDEMPOTENCY_KEY_HEADER, poll_query.LAST_EVENT_ID_HEADER),
)
RESPONSE_HEADERS = ("Idempotent-Replay", "Retry-After")
METHODS = ("GET", "POST", "PUT", "DELETE")

# How long browsers may remember the answer to a preflight. Chromium caps it at two hours.
PREFLIGHT_MAX_AGE = timedelta(hours=2)


def vary_headers(origins: tuple[str, ...]) -> dict[str, str]:
    """Return what an answer to a request without an Origin must say to caches (Fetch, 3.2.5)."""
    return {"Vary": "Origin"} if origins else {}


def init_cors(app: Quart, origins: tuple[str, ...]) -> None:
    """Allow these origins to send requests to `app` and to read its answers, errors included."""
    if origins:
        cors(
            app,
            allow_origin=origins,
            allow_methods=METHODS,
            allow_headers=REQUEST_HEADERS,
            expose_headers=RESPONSE_HEADERS,
            max_age=PREFLIGHT_MAX_AGE,
        )

"""Let a client repeat a request whose answer was lost.

After draft-ietf-httpapi-idempotency-key-header, but the key is the bare value of the header.
"""

from quart import Response
from werkzeug.datastructures import Headers

from watchparty.party import validation
from watchparty.web.request import body

HEADER = "Idempotency-Key"
FIELD = "key"  # for clients that can't set headers
REPLAY = "Idempotent-Replay"


def find(headers: Headers, fields: body.Fields) -> str | None:
    """Return the checked key of a request, if it has one; the header wins.

    Raises InvalidRequest unless each that is there is 1 to 128 visible ASCII characters.
    """
    sent = (headers.get(HEADER), body.text(fields, FIELD))
    keys = [validation.idempotency_key(key) for key in sent if key is not None]
    return keys[0] if keys else None


def mark(response: Response, replayed: bool) -> Response:
    """Tell a client when this was answered before, and nothing happened now."""
    if replayed:
        response.headers[REPLAY] = "true"
    return response

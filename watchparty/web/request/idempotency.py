"""Read the idempotency key, with which a client may repeat a request whose answer it lost.

After draft-ietf-httpapi-idempotency-key-header, but the key is the bare value of the header.
"""

from werkzeug.datastructures import Headers

from watchparty.party import validation
from watchparty.web.request import body

HEADER = "Idempotency-Key"
FIELD = "key"  # for clients that cannot set headers
REPLAY_HEADER = "Idempotent-Replay"  # on the answer to a repeated request


def find(headers: Headers, fields: body.Fields) -> str | None:
    """Return the validated key of a request, if any. The header takes precedence.

    Raises InvalidRequest unless header and field, if present, are 1 to 128 visible ASCII
    characters.
    """
    sent = (headers.get(HEADER), body.text(fields, FIELD))
    keys = [validation.idempotency_key(key) for key in sent if key is not None]
    return keys[0] if keys else None

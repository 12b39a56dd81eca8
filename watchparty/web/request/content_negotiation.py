"""What kind of answer a client would rather have (RFC 9110 section 12.5.1)."""

from quart import Request
from werkzeug.datastructures import MIMEAccept

JSON = "application/json"
LONGEST = 1_000  # characters of `Accept` that are looked at; taking it apart costs time


def prefers(request: Request, media_type: str) -> bool:
    """Tell whether a client asks for this, and for nothing in it as much as for our JSON."""
    accept = request.headers.get("Accept", "")
    if len(accept) > LONGEST or media_type not in accept.lower():
        return False
    return (
        _without_parameters(request.accept_mimetypes).best_match([JSON, media_type]) == media_type
    )


def _without_parameters(accepted: MIMEAccept) -> MIMEAccept:
    """Leave out the parameters: there is one form of what we have, whatever stands behind it."""
    return MIMEAccept((kind.partition(";")[0].rstrip(), quality) for kind, quality in accepted)

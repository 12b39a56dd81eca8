"""Find out which media type and encoding a client prefers (RFC 9110 section 12.5)."""

from quart import Request
from werkzeug.datastructures import Accept, MIMEAccept

JSON = "application/json"
ACCEPT_MAX = 1_000  # characters; parsing takes time, and no real header of this kind is longer


def prefers(request: Request, media_type: str) -> bool:
    """Return True if the Accept header prefers `media_type` to JSON."""
    accept = request.headers.get("Accept", "")
    if len(accept) > ACCEPT_MAX or media_type not in accept.lower():
        return False
    accepted = _without_parameters(request.accept_mimetypes)
    return accepted.best_match([JSON, media_type]) == media_type


def encodings(request: Request) -> Accept:
    """Return the encodings that a client accepts."""
    if len(request.headers.get("Accept-Encoding", "")) > ACCEPT_MAX:
        return Accept()
    return request.accept_encodings


def _without_parameters(accepted: MIMEAccept) -> MIMEAccept:
    """Drop the parameters of media types: they never matter for our answers."""
    return MIMEAccept((kind.partition(";")[0].rstrip(), quality) for kind, quality in accepted)

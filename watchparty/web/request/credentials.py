"""Find the credential in the headers of a request, in every form that clients use."""

from werkzeug.datastructures import Headers

from watchparty.party import tokens
from watchparty.party.errors import MissingCredentials

# `Authorization` comes first (RFC 6750 section 2.1); older clients use the others.
# `Session-Token` and `session_token` are different headers.
HEADERS = ("Authorization", "Session-Token", "session_token", "auth_key", "Auth-Key")

SCHEMES = ("bearer ", "token ")


def find(headers: Headers) -> str | None:
    """Return the first credential, without its scheme, or None."""
    for name in HEADERS:
        value = headers.get(name, "").strip()
        if name == "Authorization":
            value = _without_scheme(value)
        if value:
            return value
    return None


def require(headers: Headers) -> str:
    """Return the credential. Raises MissingCredentials if there is none."""
    credential = find(headers)
    if credential is None:
        raise MissingCredentials
    return credential


def hash_of(credential: str | None) -> bytes:
    """Return the hash of a credential, or b"" for none."""
    return b"" if credential is None else tokens.hash_secret(credential)


def _without_scheme(value: str) -> str:
    for scheme in SCHEMES:
        if f"{value} ".lower().startswith(scheme):
            return value[len(scheme) :].strip()
    return value

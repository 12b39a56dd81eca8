"""Find the credential in a request's headers, in every way that clients send it."""

from werkzeug.datastructures import Headers

from watchparty.party.errors import MissingCredentials

# `Authorization` wins (RFC 6750 section 2.1); the others are how older clients say it.
# A name with an underscore is another header than the one with a hyphen.
HEADERS = ("Authorization", "Session-Token", "session_token", "auth_key", "Auth-Key")

SCHEMES = ("bearer ", "token ")


def find(headers: Headers) -> str | None:
    """Return the first credential that is sent, without its scheme, or None."""
    for name in HEADERS:
        value = headers.get(name, "").strip()
        if name == "Authorization":
            value = _without_scheme(value)
        if value:
            return value
    return None


def require(headers: Headers) -> str:
    """Return the credential. Raises MissingCredentials when none is sent."""
    secret = find(headers)
    if secret is None:
        raise MissingCredentials
    return secret


def _without_scheme(value: str) -> str:
    for scheme in SCHEMES:
        if f"{value} ".lower().startswith(scheme):
            return value[len(scheme) :].strip()
    return value

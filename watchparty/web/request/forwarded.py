"""Read what reverse proxies say about a request: X-Forwarded-*, or Forwarded (RFC 7239).

Each proxy adds a value behind those that came with the request, which its client may have made up.
So of each list only the values of our own proxies count: behind two of them, the last two.
"""

from collections.abc import Iterable
from typing import NamedTuple

from werkzeug.http import parse_list_header

HeaderFields = Iterable[tuple[bytes, bytes]]

FOR, PROTO, HOST = b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"
FORWARDED = b"forwarded"
NAMES = {FOR, PROTO, HOST, FORWARDED}

SCHEMES = ("http", "https")


class Forwarded(NamedTuple):
    """What the outermost of our proxies saw; None where it does not say."""

    client: str | None  # an address, possibly with a port
    scheme: str | None
    host: str | None


def read(fields: HeaderFields, proxies: int) -> Forwarded:
    """Return what the first of `proxies` trusted proxies says in these headers."""
    found = _texts(fields)
    if FORWARDED in found and FOR not in found:
        return _standard(found[FORWARDED], proxies)
    client = _last(_split(found.get(FOR, "")), proxies)
    scheme, host = (_outermost(_split(found.get(name, "")), proxies) for name in (PROTO, HOST))
    return Forwarded(client, scheme if scheme in SCHEMES else None, host)


def hops(fields: HeaderFields) -> int:
    """Return through how many proxies a request came, as far as they say so."""
    found = _texts(fields)
    return len(_split(found[FOR])) if FOR in found else len(_split(found.get(FORWARDED, "")))


def _texts(fields: HeaderFields) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for name, value in fields:
        if name in NAMES:
            text = value.decode("latin-1")
            found[name] = f"{found[name]},{text}" if name in found else text
    return found


def _standard(text: str, proxies: int) -> Forwarded:
    element = _last(parse_list_header(text), proxies) or ""
    pairs = [pair.strip().partition("=") for pair in element.split(";")]
    values = {name.lower(): value.strip('"') for name, _, value in pairs}
    scheme = values.get("proto", "").lower()
    return Forwarded(
        values.get("for"), scheme if scheme in SCHEMES else None, values.get("host") or None
    )


def _split(text: str) -> list[str]:
    return [part for value in text.split(",") if (part := value.strip())]


def _last(values: list[str], count: int) -> str | None:
    """Return the value that the first of `count` proxies added, if each has added one."""
    return values[-count] if len(values) >= count else None


def _outermost(values: list[str], count: int) -> str | None:
    """Return the same where proxies may also replace the value or pass it on as it is."""
    return values[-min(count, len(values))] if values else None

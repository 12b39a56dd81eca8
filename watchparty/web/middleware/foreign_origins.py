"""Refuse what pages of other origins send in the name of a visitor who knows nothing of it.

They have no credentials, but they would use up what their visitor's address may start, and on a
server at home they would be inside the network. Browsers say where a request comes from (Fetch
Metadata, section 2.2; RFC 6454 section 7). A page can also give its own name the address of such a
server, and is of the same origin then (DNS rebinding): it keeps its name, which only public names
have two parts and more of.
"""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from quart import Quart, request

from watchparty.party.errors import ForeignOrigin, UnknownHost
from watchparty.settings import Settings

SAFE = {"GET", "HEAD", "OPTIONS"}  # RFC 9110 section 9.2.1
HEALTH = "meta.health"  # asked for under any name
OWN_PAGE = {"same-origin", "none"}  # Sec-Fetch-Site: from our page, or typed by a person

DEFAULT_PORTS = {"http": ":80", "https": ":443"}

# Names that nobody can register: RFC 6761, RFC 6762, RFC 8375, and ICANN's for private use.
PRIVATE_NAME = re.compile(
    r"[^.]*|.*\.(localhost|local|internal|lan|home\.arpa|test)", re.IGNORECASE
)


def init_foreign_origins(app: Quart, settings: Settings) -> None:
    """Refuse requests of foreign pages to `app`, before anything counts them."""

    @app.before_request
    async def refuse() -> None:
        if request.endpoint != HEALTH and not _is_known_host(settings):
            raise UnknownHost
        if request.method not in SAFE and not _is_own_page(settings):
            raise ForeignOrigin


def _is_own_page(settings: Settings) -> bool:
    """Return True for a request by our page, by an allowed origin or by no page at all."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    if site in OWN_PAGE or (origin is None and site != "cross-site"):
        return True
    if "*" in settings.cors_origins or origin in settings.cors_origins:
        return True
    own = urlsplit(settings.public_url).netloc if settings.public_url else request.host
    return site != "cross-site" and _authority(origin or "") == _without_port(own, origin or "")


def _authority(origin: str) -> str:
    return origin.rpartition("://")[2].lower()


def _without_port(host: str, origin: str) -> str:
    """Return a host without the port that its scheme implies, as origins are written."""
    return host.lower().removesuffix(DEFAULT_PORTS.get(origin.partition("://")[0], ":"))


def _is_known_host(settings: Settings) -> bool:
    """Return False for a public name that nobody told us is ours.

    A server for one computer has none, and one with a public URL has that one. Others may be
    reached under any name.
    """
    is_home = not settings.trusted_proxies and _is_loopback(request.scope.get("server"))
    if not (settings.public_url or is_home):
        return True
    host = request.host.rpartition(":")[0] if _has_port(request.host) else request.host
    if _is_address(host) or PRIVATE_NAME.fullmatch(host.rstrip(".")):
        return True
    public = urlsplit(settings.public_url or "").hostname
    return host.lower().rstrip(".") == public


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit() and not host.endswith("]")


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _is_loopback(server: tuple[str, int | None] | None) -> bool:
    try:
        return server is not None and ip_address(server[0]).is_loopback
    except ValueError:
        return False

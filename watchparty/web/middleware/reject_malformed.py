"""Answer malformed requests with 400; the framework would fail on them with a bare 500."""

import re
from typing import Any
from urllib.parse import urlsplit

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable
from quart import Quart, Response, request
from werkzeug.exceptions import NotFound

from watchparty.party.errors import InvalidRequest

SCOPE_KEY = "watchparty.malformed"

# Hosts accepted as they are: plain ASCII names and IP literals. Anything else must encode as IDNA
# (RFC 5890).
PLAIN_HOST = re.compile(rb"(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?(?::\d*)?|\[[\da-fA-F:.]+\](?::\d*)?")

HOST_MAX = 300  # bytes; a name has at most 255 (RFC 1035 section 2.3.4), and a port may follow
HEADERS_MAX = 100  # browsers send about twenty, and proxies add a few


def init_reject_malformed(app: Quart) -> None:
    """Check each request before `app` sees it."""
    serve = app.asgi_app

    async def check(scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "websocket":
            await _refuse_websocket(receive, send)
            return
        fault = _find_fault(scope) if scope["type"] == "http" else None
        await serve(_sanitized(scope, fault) if fault else scope, receive, send)

    @app.before_request
    async def refuse() -> None:
        if fault := request.scope.get(SCOPE_KEY):
            raise InvalidRequest(str(fault))
        if request.scope["path"].startswith("//"):  # routing would drop one of the slashes
            raise NotFound

    @app.after_request
    async def close(response: Response) -> Response:
        # The next bytes on this connection may belong to the malformed request.
        if request.scope.get(SCOPE_KEY) and request.http_version.startswith("1"):
            response.headers["Connection"] = "close"
        return response

    app.asgi_app = check  # type: ignore[method-assign]


async def _refuse_websocket(receive: ASGIReceiveCallable, send: Any) -> None:
    """Refuse a WebSocket handshake: the server has none, and it would bypass the rate limits."""
    await receive()
    await send({"type": "websocket.close", "code": 1000, "reason": None})


def _sanitized(scope: Any, fault: str) -> Any:
    """Return a request that the framework can handle in place of a malformed one."""
    headers = [header for header in scope["headers"][:HEADERS_MAX] if header[0] != b"host"]
    return {**scope, "path": "/", "headers": headers, SCOPE_KEY: fault}


def _find_fault(scope: Any) -> str | None:
    """Return what is wrong with the request, or None."""
    if scope["path"][:1] != "/" and not _has_path(scope["path"]):
        return "The request target must be a path or a URL with a path (RFC 9112 section 3.2)."
    if {b"content-length", b"transfer-encoding"} <= {name for name, _ in scope["headers"]}:
        # A proxy in front may trust the other header (request smuggling).
        return "Send Content-Length or Transfer-Encoding, not both (RFC 9112 section 6.1)."
    if len(scope["headers"]) > HEADERS_MAX:
        return f"A request may have at most {HEADERS_MAX} headers."
    for name, value in scope["headers"]:
        if name == b"host" and (len(value) > HOST_MAX or not _is_host(value)):
            return "Host must be a name or an address (RFC 9110 section 7.2)."
    return None


def _has_path(target: str) -> bool:
    """Return True for a URL in absolute form with a path."""
    try:
        return bool(urlsplit(target).path)
    except ValueError:
        return False


def _is_host(value: bytes) -> bool:
    if not value or PLAIN_HOST.fullmatch(value):
        return True
    try:
        value.decode("latin-1").partition(":")[0].lower().encode("idna")
    except UnicodeError:
        return False
    return True

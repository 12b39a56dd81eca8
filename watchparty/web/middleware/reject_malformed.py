"""Refuse requests that the framework would stumble over, in our words instead of a bare 500."""

import re
from typing import Any
from urllib.parse import urlsplit

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable
from quart import Quart, Response, request
from werkzeug.exceptions import NotFound

from watchparty.party.errors import InvalidRequest

MALFORMED = "watchparty.malformed"

# Any name the resolver could know; everything else has to pass IDNA (RFC 5890).
PLAIN_HOST = re.compile(rb"(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?(?::\d*)?|\[[\da-fA-F:.]+\](?::\d*)?")

HOST_MAX = 300  # bytes; a name has 255 at most (RFC 1035 section 2.3.4), and then there is a port
HEADERS_MAX = 100  # a browser sends twenty, and proxies add a few

# Bytes; no file has a longer name or path (NAME_MAX, PATH_MAX), and no address of ours.
SEGMENT_MAX = 255
PATH_MAX = 2_000


def init_reject_malformed(app: Quart) -> None:
    """Look at each request before `app` does."""
    serve = app.asgi_app

    async def check(scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "websocket":  # there are none here, and who asks for one is not counted
            await receive()
            await send({"type": "websocket.close", "code": 1000, "reason": None})
            return
        if scope["type"] == "http" and (fault := _find_fault(scope)):
            few = scope["headers"][:HEADERS_MAX]
            headers = [(name, value) for name, value in few if name != b"host"]
            scope = {**scope, "path": "/", "headers": headers, MALFORMED: fault}
        await serve(scope, receive, send)

    @app.before_request
    async def refuse() -> None:
        if fault := request.scope.get(MALFORMED):
            raise InvalidRequest(str(fault))
        if _leads_nowhere(request.scope["path"]):
            raise NotFound

    @app.after_request
    async def hang_up(response: Response) -> Response:
        # What follows on this connection may be the rest of what nobody can make sense of.
        if request.scope.get(MALFORMED) and request.http_version.startswith("1"):
            response.headers["Connection"] = "close"
        return response

    app.asgi_app = check  # type: ignore[method-assign]


def _find_fault(scope: Any) -> str | None:
    if scope["path"][:1] != "/" and not _has_path(scope["path"]):
        return "The request target must be a path or an address (RFC 9112 section 3.2)."
    if {b"content-length", b"transfer-encoding"} <= {name for name, _ in scope["headers"]}:
        # Who is in front of us may believe the other one (request smuggling).
        return "A body has a length or comes in chunks, not both (RFC 9112 section 6.1)."
    if len(scope["headers"]) > HEADERS_MAX:
        return f"A request has {HEADERS_MAX} headers at most."
    for name, value in scope["headers"]:
        if name == b"host" and (len(value) > HOST_MAX or not _is_host(value)):
            return "Host must be a name or an address (RFC 9110 section 7.2)."
    return None


def _leads_nowhere(path: str) -> bool:
    """Tell what the file system would choke on, and `//`, of which routing would drop one."""
    too_long = len(path) > PATH_MAX or any(len(part) > SEGMENT_MAX for part in path.split("/"))
    return too_long or path.startswith("//")


def _has_path(target: str) -> bool:
    """Tell whether an address in absolute form has a path that could be looked up."""
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

"""Trust the forwarding headers of our own reverse proxies, and of nobody else."""

from typing import Any

from quart import Quart, request

from watchparty.web.request import forwarded
from watchparty.web.request.forwarded import Forwarded

UNEXPECTED_PROXY = (
    "There seems to be a reverse proxy in front, but WATCHPARTY_TRUSTED_PROXIES is %d:"
    " all visitors behind it count as one."
)
MISSING_PROXY = (
    "A request came through fewer proxies than WATCHPARTY_TRUSTED_PROXIES = %d, or one of them"
    " does not add to X-Forwarded-For: such visitors count as one, and links may be wrong."
)


def init_proxies(app: Quart, trusted: int) -> None:
    """Take scheme, host and client address from the headers of `trusted` proxies.

    The scope is changed in place. A copy of it would cost as much as a poll, and would keep the
    headers in memory while the request is held.
    """
    _warn_once(app, trusted)
    serve = app.asgi_app

    def behind_proxies(scope: Any, receive: Any, send: Any) -> Any:
        if scope["type"] == "http":
            _apply(forwarded.read(scope["headers"], trusted), scope)
        return serve(scope, receive, send)

    if trusted:
        app.asgi_app = behind_proxies  # type: ignore[method-assign]


def _apply(seen: Forwarded, scope: Any) -> None:
    if seen.client:
        scope["client"] = (seen.client, 0)
    if seen.scheme:
        scope["scheme"] = seen.scheme
    if seen.host:
        fields = [field for field in scope["headers"] if field[0] != b"host"]
        scope["headers"] = [*fields, (b"host", seen.host.encode("latin-1"))]


def _warn_once(app: Quart, trusted: int) -> None:
    """Log a wrong number of trusted proxies, which visitors would not notice."""
    warned = False

    @app.before_request
    async def warn() -> None:
        nonlocal warned
        if warned:
            return
        hops = forwarded.hops(request.scope["headers"])
        if hops < trusted or hops > trusted == 0:
            warned = True
            app.logger.warning(MISSING_PROXY if trusted else UNEXPECTED_PROXY, trusted)

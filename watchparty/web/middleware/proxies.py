"""Believe what reverse proxies say of a request, as far as they are ours."""

from hypercorn.middleware import ProxyFixMiddleware
from quart import Quart, request

HEADER = "X-Forwarded-For"

UNEXPECTED_PROXY = (
    "a proxy seems to be in front, but WATCHPARTY_TRUSTED_PROXIES is %d:"
    " all who come through it look like one visitor"
)
MISSING_PROXY = (
    "a request came through fewer proxies than WATCHPARTY_TRUSTED_PROXIES = %d, or one of them"
    " does not add to X-Forwarded-For: such visitors look like one, and links may be wrong"
)


def init_proxies(app: Quart, trusted: int) -> None:
    """Take scheme, host and client from X-Forwarded-* when `trusted` proxies are in front.

    Only what the outermost of them wrote counts: everything to the left of it in the
    header came from the client.
    """
    _warn_once(app, trusted)
    if trusted:
        proxied = ProxyFixMiddleware(app.asgi_app, mode="legacy", trusted_hops=trusted)
        app.asgi_app = proxied  # type: ignore[method-assign]


def _warn_once(app: Quart, trusted: int) -> None:
    """Tell an operator who counts other proxies than there are; visitors see no harm."""
    warned = False

    @app.before_request
    async def look() -> None:
        nonlocal warned
        if warned:
            return
        passed = len([one for one in ",".join(request.headers.getlist(HEADER)).split(",") if one])
        if passed < trusted or passed > trusted == 0:
            warned = True
            app.logger.warning(MISSING_PROXY if trusted else UNEXPECTED_PROXY, trusted)

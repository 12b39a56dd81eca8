"""Believe what reverse proxies say of a request, as far as they are ours."""

from hypercorn.middleware import ProxyFixMiddleware
from quart import Quart, request


def init_proxies(app: Quart, trusted: int) -> None:
    """Take scheme, host and client from X-Forwarded-* when `trusted` proxies are in front.

    Only what the outermost of them wrote counts: everything to the left of it in the
    header came from the client.
    """
    if not trusted:
        _warn_once(app)
    else:
        proxied = ProxyFixMiddleware(app.asgi_app, mode="legacy", trusted_hops=trusted)
        app.asgi_app = proxied  # type: ignore[method-assign]


def _warn_once(app: Quart) -> None:
    """Tell an operator who has a proxy and did not say so; whoever it is, they see no harm."""
    warned = False

    @app.before_request
    async def look() -> None:
        nonlocal warned
        if not warned and "X-Forwarded-For" in request.headers:
            warned = True
            app.logger.warning(
                "a proxy seems to be in front, but WATCHPARTY_TRUSTED_PROXIES is 0:"
                " all who come through it count as one visitor"
            )

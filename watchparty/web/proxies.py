"""Believe what reverse proxies say of a request, as far as they are ours."""

from hypercorn.middleware import ProxyFixMiddleware
from quart import Quart


def init_proxies(app: Quart, trusted: int) -> None:
    """Take scheme, host and client from X-Forwarded-* when `trusted` proxies are in front.

    Only what the outermost of them wrote counts: everything to the left of it in the
    header came from the client.
    """
    if trusted:
        proxied = ProxyFixMiddleware(app.asgi_app, mode="legacy", trusted_hops=trusted)
        app.asgi_app = proxied  # type: ignore[method-assign]

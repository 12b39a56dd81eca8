"""Trust the forwarding headers of our own reverse proxies, and of nobody else."""

from hypercorn.middleware import ProxyFixMiddleware
from quart import Quart, request

HEADER = "X-Forwarded-For"

UNEXPECTED_PROXY = (
    "There seems to be a reverse proxy in front, but WATCHPARTY_TRUSTED_PROXIES is %d:"
    " all visitors behind it count as one."
)
MISSING_PROXY = (
    "A request came through fewer proxies than WATCHPARTY_TRUSTED_PROXIES = %d, or one of them"
    " does not add to X-Forwarded-For: such visitors count as one, and links may be wrong."
)


def init_proxies(app: Quart, trusted: int) -> None:
    """Take scheme, host and client address from X-Forwarded-* behind `trusted` proxies.

    Only the values that the outermost of these proxies added count: the client itself may have
    sent any values before them.
    """
    _warn_once(app, trusted)
    if trusted:
        proxied = ProxyFixMiddleware(app.asgi_app, mode="legacy", trusted_hops=trusted)
        app.asgi_app = proxied  # type: ignore[method-assign]


def _warn_once(app: Quart, trusted: int) -> None:
    """Log a wrong number of trusted proxies, which visitors would not notice."""
    warned = False

    @app.before_request
    async def warn() -> None:
        nonlocal warned
        if warned:
            return
        hops = len([hop for hop in ",".join(request.headers.getlist(HEADER)).split(",") if hop])
        if hops < trusted or hops > trusted == 0:
            warned = True
            app.logger.warning(MISSING_PROXY if trusted else UNEXPECTED_PROXY, trusted)

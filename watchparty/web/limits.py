"""Nobody takes the server down with a loop, and nobody pays for what their neighbour does.

Whoever shows a good credential is counted by it, everybody else by their address; a held
poll therefore never counts against the house it comes from.
"""

from collections.abc import Collection
from contextlib import AbstractAsyncContextManager, nullcontext

from cachetools import LRUCache
from quart import Quart, Response, g, request

from watchparty.party import secrets
from watchparty.party.errors import RateLimited
from watchparty.party.party import Seat
from watchparty.party.store import Permit
from watchparty.web import credentials, quotas
from watchparty.web.addresses import household
from watchparty.web.holding import Held
from watchparty.web.quotas import Limiter

EXEMPT = "about.health"  # whoever asks decides whether the server is restarted


class Limits:
    """What is left for whom. Its methods are called in requests only."""

    def __init__(self, on: bool) -> None:
        """Count, or let everybody do as they like."""
        limiter = Limiter.of if on else Limiter.off
        self._address = limiter(quotas.ADDRESS)
        self._credential = limiter(quotas.CREDENTIAL)
        self._posts = limiter(quotas.POSTS)
        self._chat_posts = limiter(quotas.CHAT_POSTS)
        self._newcomers = limiter(quotas.NEWCOMERS)
        self._starts = limiter(quotas.STARTS)
        self._starts_a_day = limiter(quotas.STARTS_A_DAY)
        self._held = Held() if on else None
        self._good: LRUCache[str, None] = LRUCache(quotas.REMEMBERED)

    def check(self, credential: str | None) -> None:
        """Raise RateLimited when a good credential's bearer, or else the house, has to wait."""
        if _name(credential) in self._good:
            self.check_bearer(credential)
        else:
            self._address.check(_address())

    def check_bearer(self, credential: str | None) -> None:
        """Raise RateLimited when the bearer of a credential has to wait, wherever they are."""
        self._credential.check(_name(credential))

    def vouch(self, *found: str | None) -> None:
        """Count this request by credentials that turned out to be good, or were given just now."""
        for credential in found:
            if credential is not None:
                name = _name(credential)
                self._good[name] = None
                _vouchers().add(name)

    def blame(self) -> None:
        """Count a key that opened nothing."""
        g.wrong_keys = g.get("wrong_keys", 0) + 1

    def posting(self, seat: Seat) -> Permit:
        """Return what to call before a message is kept."""
        chat = str(seat.chat.chat_id)

        def permit() -> None:
            self._posts.take(f"{chat}/{seat.member.member_id}")
            self._chat_posts.take(chat)

        return permit

    def starting(self, auth_key: str | None) -> Permit:
        """Return what to call before a chat is made."""
        address = _address()

        def permit() -> None:
            if auth_key is not None:
                self._starts_a_day.take(_name(auth_key))
            self._starts.take(address)

        return permit

    def enter(self, auth_key: str | None) -> None:
        """Count somebody at a door."""
        self._newcomers.take(_address() if auth_key is None else _name(auth_key))

    def hold(self, tokens: Collection[str], wait: float) -> AbstractAsyncContextManager[None]:
        """Return a place to wait in, if there is something to wait for."""
        if self._held is None or not wait:
            return nullcontext()
        return self._held.place({_name(token) for token in tokens})

    def settle(self) -> None:
        """Count the request that has been answered."""
        bearer, vouchers = _name(credentials.find(request.headers)), _vouchers()
        wrong = g.get("wrong_keys", 0)
        if wrong and bearer not in vouchers:
            self._good.pop(bearer, None)
        if wrong or not vouchers:
            self._address.charge(_address(), wrong * quotas.WRONG_KEY or 1)
        for name in {bearer, *vouchers} & self._good.keys():
            self._credential.charge(name, 1)


def init_limits(app: Quart, limits: Limits) -> None:
    """Let `app` look at `limits` before it does anything for a request."""

    @app.before_request
    async def check() -> None:
        g.uncounted = request.endpoint == EXEMPT
        if not g.uncounted:
            try:
                limits.check(credentials.find(request.headers))
            except RateLimited:
                g.uncounted = True
                raise

    @app.after_request
    async def settle(response: Response) -> Response:
        if not g.uncounted:
            limits.settle()
        return response


def _vouchers() -> set[str]:
    found: set[str] = g.setdefault("vouchers", set())
    return found


def _name(credential: str | None) -> str:
    return "" if credential is None else secrets.fingerprint(credential).hex()


def _address() -> str:
    return household(request.remote_addr)

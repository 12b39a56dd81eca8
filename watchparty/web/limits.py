"""Nobody takes the server down with a loop, and nobody pays for what their neighbour does.

Whoever shows a good credential is counted by it, everybody else by their address; a held
poll therefore never counts against the house it comes from.
"""

from asyncio import Semaphore
from collections.abc import Collection
from contextlib import AbstractAsyncContextManager, nullcontext
from weakref import WeakValueDictionary

from cachetools import LRUCache
from quart import Quart, Response, g, request

from watchparty.party import secrets
from watchparty.party.party import Seat
from watchparty.party.store import Permit
from watchparty.web import credentials, quotas
from watchparty.web.addresses import household
from watchparty.web.holding import Held
from watchparty.web.quotas import Limiter

EXEMPT = "about.health"  # whoever asks decides whether the server is restarted
POLL = "polls.poll"


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
        self._turns: WeakValueDictionary[str, Semaphore] | None = (
            WeakValueDictionary() if on else None
        )

    async def admit(self) -> None:
        """Count a request that comes in. Raises RateLimited when nothing is left."""
        bearer = _name(credentials.find(request.headers))
        if bearer in self._good:
            self._credential.take(bearer)
            return
        self._address.check(_address())
        await self._take_turn()
        if bearer:
            self._pay(quotas.UNKNOWN_KEY)
        elif request.endpoint != POLL:  # which shows its credentials in the body
            self._pay(1)

    def admit_bearers(self, tokens: Collection[str]) -> None:
        """Count a request by the credentials in its body. Raises RateLimited."""
        shown = _name(credentials.find(request.headers))  # and counted
        bearers = {*map(_name, tokens)} - {shown}
        for bearer in bearers & self._good.keys():
            self._credential.take(bearer)
        if unknown := bearers - self._good.keys():
            self._pay(quotas.UNKNOWN_KEY * len(unknown))

    def vouch(self, *found: str | None) -> None:
        """Remember credentials that turned out to be good, or were given just now."""
        g.vouched = True
        self.leave()
        self._good.update((_name(credential), None) for credential in found if credential)

    def blame(self, credential: str | None = None) -> None:
        """Count a key that opened nothing; the credential is not known as a good one any more."""
        g.wrong_keys = g.get("wrong_keys", 0) + 1
        self._good.pop(_name(credential), None)

    def settle(self) -> None:
        """Count what only the answer tells."""
        wrong = g.get("wrong_keys", 0) * quotas.UNKNOWN_KEY
        due = (wrong or int(not g.get("vouched", False))) - g.get("paid", 0)
        if due > 0:
            self._address.charge(_address(), due)

    def _pay(self, cost: int) -> None:
        self._address.take(_address(), cost)
        g.paid = g.get("paid", 0) + cost

    def leave(self) -> None:
        """Let the next from this address have its turn."""
        turn: Semaphore | None = g.pop("turn", None)
        if turn is not None:
            turn.release()

    async def _take_turn(self) -> None:
        if self._turns is not None:
            turn = self._turns.setdefault(_address(), Semaphore(quotas.AT_ONCE))
            await turn.acquire()
            g.turn = turn

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


def init_limits(app: Quart, limits: Limits) -> None:
    """Let `app` look at `limits` before it does anything for a request."""

    @app.before_request
    async def admit() -> None:
        if request.endpoint != EXEMPT:
            await limits.admit()
            g.admitted = True

    @app.after_request
    async def settle(response: Response) -> Response:
        if g.get("admitted", False):
            limits.settle()
        return response

    @app.teardown_request
    async def leave(_: BaseException | None) -> None:
        limits.leave()


def _name(credential: str | None) -> str:
    return "" if credential is None else secrets.fingerprint(credential).hex()


def _address() -> str:
    return household(request.remote_addr)

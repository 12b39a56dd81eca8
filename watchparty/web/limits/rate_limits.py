"""Nobody takes the server down with a loop, and nobody pays for what their neighbour does.

Whoever shows a good credential is counted as the member they are, everybody else by their
address; a held poll of a member therefore never counts against the house it comes from.
"""

from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from cachetools import LRUCache
from quart import Quart, Response, g, request

from watchparty.party import tokens
from watchparty.party.errors import RateLimited
from watchparty.party.moderation import HOSTS
from watchparty.party.service import Seat
from watchparty.party.store import Permit
from watchparty.web.limits import quotas
from watchparty.web.limits.address_queue import Line, Lines
from watchparty.web.limits.held_requests import GiveWay, Held, Holders, place
from watchparty.web.limits.quotas import Limiter
from watchparty.web.request import credentials
from watchparty.web.request.client_address import household

HEALTH = "about.health"  # whoever asks decides whether the server is restarted
POLL = "polls.poll"  # shows its credentials in the body


class Limits:
    """What is left for whom. Its methods are called in requests only."""

    def __init__(self, on: bool) -> None:
        """Count, or let everybody do as they like."""
        limiter = Limiter.of if on else Limiter.off
        self._address = limiter(quotas.ADDRESS)
        self._keys = limiter(quotas.UNKNOWN_KEYS)
        self._health = limiter(quotas.HEALTH)
        self._member = limiter(quotas.MEMBER)
        self._posts = limiter(quotas.POSTS)
        self._chat_posts = limiter(quotas.CHAT_POSTS)
        self._drawings = limiter(quotas.DRAWINGS)
        self._newcomers = limiter(quotas.NEWCOMERS)
        self._starts = limiter(quotas.STARTS)
        self._starts_a_day = limiter(quotas.STARTS_A_DAY)
        self._held = Held() if on else None
        self._lines = Lines() if on else None
        # Whose a credential is that turned out to be good: all of one member count as one.
        self._good: LRUCache[bytes, str] = LRUCache(quotas.REMEMBERED)

    async def admit(self) -> None:
        """Count a request that comes in. Raises RateLimited when it has to wait."""
        if request.endpoint == HEALTH:
            self._health.take(_address())
            return
        bearer = _name(credentials.find(request.headers))
        if bearer in self._good:
            self._member.take(self._good[bearer])
            return
        if bearer:
            self._pay_for_keys(1)
        elif request.endpoint == POLL:
            self._address.check(_address())
        else:
            self._address.take(_address())
            g.paid = True
        if self._lines is not None:
            await self._enter(self._lines.of(_address()))

    def admit_bearers(self, tokens: Collection[str]) -> None:
        """Count a request by the credentials in its body. Raises RateLimited."""
        bearers = {*map(_name, tokens)} - {_name(credentials.find(request.headers))}
        for member in {self._good[bearer] for bearer in bearers if bearer in self._good}:
            self._member.take(member)
        if unknown := len(bearers - self._good.keys()):
            self._pay_for_keys(unknown)

    def lets(self, credential: bytes, seat: Seat) -> bool:
        """Count a request with the credential of this fingerprint, if they have something left."""
        if self._held is None:
            return True
        try:
            self._member.take(self._whose(credential, seat))
        except RateLimited:
            return False
        return True

    def vouch(self, credential: str | None, seat: Seat | None = None) -> None:
        """Remember a credential, if any, that turned out to be good or was given just now."""
        if credential is None or self._held is None:
            return
        g.paid = True
        self.leave()
        name = _name(credential)
        self._good.setdefault(name, name.hex() if seat is None else _member(seat))

    def blame(self) -> None:
        """Count a key that opened nothing."""
        g.wrong_keys = g.get("wrong_keys", 0) + 1

    def settle(self) -> None:
        """Count what only the answer tells."""
        if due := max(g.get("wrong_keys", 0) - g.get("keys", 0), 0):
            self._keys.charge(_address(), due)
        elif not g.get("paid", False):
            self._address.charge(_address(), 1)

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Let others of this address have their turn meanwhile."""
        line: Line | None = g.get("line")
        self.leave()
        yield
        if line is not None:
            await self._enter(line)

    def leave(self) -> None:
        """Let the next from this address have its turn."""
        line: Line | None = g.pop("line", None)
        if line is not None:
            line.leave()

    def posting(self, seat: Seat) -> Permit:
        """Return what to call before a message is kept. Guests can't silence their hosts."""

        def permit() -> None:
            self._posts.take(_member(seat))
            if seat.member.role not in HOSTS:
                self._chat_posts.take(str(seat.chat.chat_id))

        return permit

    def drawing(self, seat: Seat) -> None:
        """Count a picture, which takes long to make."""
        self._drawings.take(_member(seat))

    def starting(self, auth_key: str | None) -> Permit:
        """Return what to call before a chat is made."""
        address, user = _address(), _name(auth_key)

        def permit() -> None:
            self._starts.check(address)
            if user:
                self._starts_a_day.take(user.hex())
            self._starts.take(address)

        return permit

    def enter(self, auth_key: str | None) -> None:
        """Count somebody at a door, who may try a key there."""
        if _name(auth_key) not in self._good:
            self._keys.check(_address())
        self._newcomers.take(_name(auth_key).hex() or _address())

    def hold(self, tokens: Collection[str], wait: float) -> AbstractAsyncContextManager[None]:
        """Return a place to wait in, if there is something to wait for."""
        if self._held is None or not wait:
            return nullcontext()
        names = {*map(_name, tokens)}
        members = {self._good[name] for name in names if name in self._good}
        return place(self._held, _holders(names, members))

    def holders(self, credential: bytes, seat: Seat) -> Holders:
        """Return in whose names a poll with one credential is held."""
        if self._held is None:
            return ()
        return _holders([credential], [self._whose(credential, seat)])

    def enter_place(self, holders: Holders, give_way: GiveWay) -> None:
        """Take a place to wait in, until `give_way` is called. Raises RateLimited."""
        if self._held is not None:
            self._held.enter(holders, give_way)

    def leave_place(self, holders: Holders, give_way: GiveWay) -> None:
        """Give it back."""
        if self._held is not None:
            self._held.leave(holders, give_way)

    def _whose(self, credential: bytes, seat: Seat) -> str:
        """Return who is counted: whoever shows an auth key is one and the same in all chats."""
        return self._good.get(credential) or _member(seat)

    def _pay_for_keys(self, number: int) -> None:
        self._keys.take(_address(), number)
        g.keys, g.paid = g.get("keys", 0) + number, True

    async def _enter(self, line: Line) -> None:
        await line.enter()
        g.line = line


def init_limits(app: Quart, limits: Limits) -> None:
    """Let `app` look at `limits` before it does anything for a request."""

    @app.before_request
    async def admit() -> None:
        await limits.admit()
        g.admitted = request.endpoint != HEALTH

    @app.after_request
    async def settle(response: Response) -> Response:
        if g.get("admitted", False):
            limits.settle()
        return response

    @app.teardown_request
    async def leave(_: BaseException | None) -> None:
        limits.leave()


def _holders(credentials: Iterable[bytes], members: Iterable[str]) -> Holders:
    return (
        *((credential, quotas.HELD) for credential in credentials),
        *((member, quotas.HELD_BY_MEMBER) for member in members),
    )


def _member(seat: Seat) -> str:
    return f"{seat.chat.chat_id}/{seat.member.member_id}"


def _name(credential: str | None) -> bytes:
    return b"" if credential is None else tokens.fingerprint(credential)


def _address() -> str:
    return household(request.remote_addr)

"""Rate limits, counted per member and, for requests without a valid credential, per address.

A held request of a member therefore never counts against the network it comes from.
"""

import math
from collections.abc import Collection
from functools import partial
from typing import NamedTuple

from msgspec import Struct
from quart import Quart, Response, g, request
from throttled import RateLimiterType, Throttled
from throttled.rate_limiter import Quota
from throttled.store import MemoryStore

from watchparty.client_address import client_network
from watchparty.party.errors import Forbidden, InvalidCredentials, InvalidInvite, RateLimited
from watchparty.party.models import HOSTS
from watchparty.party.service import ChatAccess
from watchparty.party.store import RateCheck
from watchparty.web.limits import quotas
from watchparty.web.limits.known_credentials import KnownCredentials
from watchparty.web.request import credentials
from watchparty.web.request.credentials import hash_of

HEALTH = "meta.health"  # has a limit of its own: its answer decides whether the server is restarted
MULTI_POLL = "multi_poll.poll"  # carries its credentials in the body

BAD_CREDENTIAL = (InvalidCredentials, Forbidden, InvalidInvite)


class Limiter(NamedTuple):
    """A rate limit, counted by key, which grants one more request every `interval` seconds."""

    throttled: Throttled | None
    interval: float = 0.0

    @classmethod
    def of(cls, quota: Quota, *, on: bool) -> "Limiter":
        """Return a limiter that remembers the most recent keys; unless `on`, it never refuses."""
        if not on:
            return cls(None)
        store = MemoryStore(options={"MAX_SIZE": quotas.KEYS_REMEMBERED})
        throttled = Throttled(using=RateLimiterType.GCRA.value, quota=quota, store=store)
        return cls(throttled, quota.emission_interval)

    def check(self, key: str) -> None:
        """Raise RateLimited if the quota of `key` is used up."""
        if self.throttled is not None:
            state = self.throttled.peek(key)
            if not state.remaining:
                # The library's peek returns the time since the last one was granted.
                raise RateLimited(math.ceil(self.interval - state.retry_after))

    def take(self, key: str, cost: int = 1) -> None:
        """Charge `key`. Raises RateLimited, and charges nothing, if less than `cost` is left."""
        if self.throttled is not None:
            result = self.throttled.limit(key, cost)
            if result.limited:
                raise RateLimited(math.ceil(result.state.retry_after))

    def charge(self, key: str, cost: int) -> None:
        """Charge `key` after the fact, at most the rest of its quota."""
        if self.throttled is not None:
            left = self.throttled.peek(key).remaining
            self.throttled.limit(key, cost=min(cost, left))


class RequestAccount(Struct):
    """The charges for one request so far; `g.account` while it is handled."""

    is_charged: bool = False  # to its member, to its address, or as look-ups
    lookups: int = 0  # of credentials not known to be valid, charged in advance
    bad_credentials: int = 0  # in its body


class RateLimits:
    """The rate limits of one server.

    `try_charge` may be called anywhere, all other methods only while a request is handled.
    """

    def __init__(self, on: bool) -> None:
        """Create the limiters, or disable all of them."""
        limiter = partial(Limiter.of, on=on)
        self._address = limiter(quotas.ADDRESS)
        self._lookups = limiter(quotas.UNKNOWN_CREDENTIALS)
        self._health = limiter(quotas.HEALTH)
        self._member = limiter(quotas.MEMBER)
        self._posts = limiter(quotas.POSTS)
        self._chat_posts = limiter(quotas.CHAT_POSTS)
        self._changes = limiter(quotas.CHANGES)
        self._qr_codes = limiter(quotas.QR_CODES)
        self._joins = limiter(quotas.JOINS)
        self._created = limiter(quotas.CREATED_CHATS)
        self._created_a_day = limiter(quotas.CREATED_CHATS_A_DAY)
        self.known = KnownCredentials()

    def charge_request(self) -> None:
        """Charge an incoming request. Raises RateLimited."""
        if request.endpoint == HEALTH:
            self._health.take(_address())
            return
        g.account = self._open_account(hash_of(credentials.find(request.headers)))

    def charge_tokens(self, tokens: Collection[str]) -> None:
        """Charge a request for the credentials in its body. Raises RateLimited."""
        hashed = {*map(hash_of, tokens)} - {hash_of(credentials.find(request.headers))}
        owners = [self.known.get(credential) for credential in hashed]
        for owner in {*owners} - {None}:
            self._member.take(str(owner))
        if unknown := owners.count(None):
            self._lookups.take(_address(), unknown)
            _account().lookups += unknown
            _account().is_charged = True

    def try_charge(self, credential: bytes, access: ChatAccess) -> str | None:
        """Charge a request to the owner of its credential, and return the owner.

        Returns None if the owner's quota is used up.
        """
        owner = self.known.get(credential) or access.member_key
        try:
            self._member.take(owner)
        except RateLimited:
            return None
        return owner

    def remember_valid(self, credential: str | None, access: ChatAccess | None = None) -> None:
        """Remember a valid credential, if any, so that its requests count per member from now."""
        if credential is not None:
            hashed = hash_of(credential)
            if hashed not in self.known:
                self.known.add(hashed, access)
            _account().is_charged = True

    def record_bad_credential(self) -> None:
        """Record a credential that gave no access, although the response is not an error."""
        _account().bad_credentials += 1

    def charge_after_response(self) -> None:
        """Charge for the bad credentials that turned up, or else for a request not charged yet."""
        account: RequestAccount | None = g.get("account")
        if account is None:
            return
        bad = account.bad_credentials + isinstance(g.get("refusal"), BAD_CREDENTIAL)
        if due := max(bad - account.lookups, 0):
            self._lookups.charge(_address(), due)
        elif not account.is_charged:
            self._address.charge(_address(), 1)

    def post_check(self, access: ChatAccess) -> RateCheck:
        """Return the check to make before a message is stored.

        Messages of hosts do not count by chat, so that guests cannot silence hosts.
        """

        def check() -> None:
            self._posts.take(access.member_key)
            if access.member.role not in HOSTS:
                self._chat_posts.take(str(access.chat.chat_id))

        return check

    def change_check(self, access: ChatAccess) -> RateCheck:
        """Return the check to make before a change: each wakes everybody in the chat."""
        return partial(self._changes.take, access.member_key)

    def charge_qr_code(self, access: ChatAccess) -> None:
        """Charge the drawing of a QR code, which is slow. Raises RateLimited."""
        self._qr_codes.take(access.member_key)

    def create_check(self, auth_key: str | None) -> RateCheck:
        """Return the check to make before a chat is created."""
        address, user = _address(), hash_of(auth_key)

        def check() -> None:
            self._created.check(address)
            if user:
                self._created_a_day.take(user.hex())
            self._created.take(address)

        return check

    def charge_join(self, auth_key: str | None) -> None:
        """Charge an attempt to join a chat or to become a user. Raises RateLimited."""
        credential = hash_of(auth_key)
        if self.known.get(credential) is None:
            self._lookups.check(_address())
        self._joins.take(credential.hex() or _address())

    def _open_account(self, credential: bytes) -> RequestAccount:
        if owner := self.known.get(credential):
            self._member.take(owner)
            return RequestAccount()
        if credential:
            self._lookups.take(_address(), 1)
            return RequestAccount(is_charged=True, lookups=1)
        if request.endpoint == MULTI_POLL:
            self._address.check(_address())
            return RequestAccount()
        self._address.take(_address())
        return RequestAccount(is_charged=True)


def init_rate_limits(app: Quart, limits: RateLimits) -> None:
    """Charge each request of `app` before it is handled, and again once its answer is known."""

    @app.before_request
    async def charge_request() -> None:
        limits.charge_request()

    @app.after_request
    async def charge_after_response(response: Response) -> Response:
        limits.charge_after_response()
        return response


def _account() -> RequestAccount:
    account: RequestAccount = g.account
    return account


def _address() -> str:
    return client_network(request.remote_addr)

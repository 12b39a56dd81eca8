"""Limit how many requests are held: per credential, per member and in all."""

import math
from collections.abc import Callable, Collection, Hashable, Iterable

from watchparty.party.errors import RateLimited
from watchparty.web.limits import quotas

RETRY_AFTER = 5  # seconds after which another held request may have ended

Holders = Collection[tuple[Hashable, int]]  # (holder, maximum number of held requests) pairs
Evict = Callable[[], object]


class HeldRequests:
    """The held requests of one server. When a holder has too many, the oldest is ended.

    The client of the oldest one has most likely vanished without closing its connection.
    """

    def __init__(self, on: bool) -> None:
        """Count the held requests; unless `on`, allow any number of them."""
        self._on = on
        self._maximum = quotas.HELD_IN_ALL if on else math.inf
        self._count = 0
        self._evictions: dict[Hashable, list[Evict]] = {}
        self._evicted: set[Evict] = set()  # and about to be removed

    def holders(self, credentials: Iterable[bytes], owners: Iterable[str]) -> Holders:
        """Return the holders of a request with these credentials of these owners."""
        if not self._on:
            return ()
        return (
            *((credential, quotas.HELD_PER_CREDENTIAL) for credential in credentials),
            *((owner, quotas.HELD_PER_MEMBER) for owner in owners),
        )

    def add(self, holders: Holders, evict: Evict) -> None:
        """Add a request. Calls `evict` when a newer one of the same holder replaces it.

        Raises RateLimited when too many are held in all.
        """
        if self._count >= self._maximum:
            raise RateLimited(RETRY_AFTER, "Too many requests are waiting. Try again in a moment.")
        self._count += 1
        for holder, maximum in holders:
            evictions = self._evictions.setdefault(holder, [])
            evictions.append(evict)
            left = [oldest for oldest in evictions if oldest not in self._evicted]
            if len(left) > maximum:
                self._evicted.add(left[0])
                left[0]()

    def remove(self, holders: Holders, evict: Evict) -> None:
        """Remove a request that was added."""
        self._count -= 1
        self._evicted.discard(evict)
        for holder, _ in holders:
            evictions = self._evictions.get(holder, [])
            if evict in evictions:
                evictions.remove(evict)
            if not evictions:
                self._evictions.pop(holder, None)


def superseded() -> RateLimited:
    """Return the error for a held request that a newer one of the same holder has replaced."""
    return RateLimited(RETRY_AFTER, "A newer request of yours has replaced this one.")

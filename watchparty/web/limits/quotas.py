"""How much of everything there may be, and why so much.

Rates follow the generic cell rate algorithm (ITU-T I.371): a burst at once, then one after
the other at the steady rate. Each is counted in memory and starts afresh with the server.
"""

import math
from typing import NamedTuple

from throttled import RateLimiterType, Throttled
from throttled.rate_limiter import Quota, per_day, per_min, per_sec
from throttled.store import MemoryStore

from watchparty.party.errors import RateLimited

# By the visitor's address: what no member's credential answers for. Fifty friends in one
# house, who all load the page (some thirty files) in the same moment, are below the burst.
ADDRESS = per_sec(50, burst=2_000)
# By the address: keys that are not known to be good, which cost a look-up; each as much as ten
# other requests, but from a purse of their own, so that a neighbour's loop keeps no member out.
# After a restart no key is known, and two hundred in one house still are below the burst.
UNKNOWN_KEYS = per_sec(5, burst=200)
# By the address: of those who ask whether the server is up.
HEALTH = per_sec(10, burst=100)

# By the address: requests under way for which no good credential answers. The others wait
# their turn, so that whoever asks most does not stand before everybody else in the queue.
AT_ONCE = 8
LINE_MAX = 500  # who wait for one; fifty friends whose browsers open six connections each

# By the member, whatever credentials they have: one request for each message in the liveliest
# chat, and some more.
MEMBER = per_sec(30, burst=120)

# By the member: what a person can type, and all they wrote while out of reach.
POSTS = per_sec(2, burst=8)
# By the chat: more than anybody can read. Each message goes to each of 200 members.
CHAT_POSTS = per_sec(20, burst=20)

# By the member: each takes 20 ms to draw.
DRAWINGS = per_sec(1, burst=10)

# By the address, or by the user where one is known: a full chat in one house.
NEWCOMERS = per_min(30, burst=200)
# By the address: a house of hosts. An empty chat takes about 2 KB of disk until it expires.
STARTS = per_min(1, burst=30)
# By the user: a bot that starts a chat for each evening of a whole cinema.
STARTS_A_DAY = per_day(100, burst=100)

# By the credential: one for each tab of a browser that can't share one poll.
HELD = 4
# By the member: some devices with some tabs each.
HELD_BY_MEMBER = 16
# In one process: about 50 KB each with the connection they wait on.
HELD_IN_ALL = 10_000

REMEMBERED = 50_000  # visitors whose rate is known; about 300 bytes each


class Limiter(NamedTuple):
    """Counts by key."""

    throttled: Throttled | None

    @classmethod
    def off(cls, _: Quota) -> "Limiter":
        """Return a limiter that refuses nobody."""
        return cls(None)

    @classmethod
    def of(cls, quota: Quota) -> "Limiter":
        """Return a limiter that counts for itself, and forgets the longest unseen first."""
        store = MemoryStore(options={"MAX_SIZE": REMEMBERED})
        return cls(Throttled(using=RateLimiterType.GCRA.value, quota=quota, store=store))

    def check(self, key: str) -> None:
        """Raise RateLimited when nothing is left for `key`."""
        if self.throttled is not None:
            state = self.throttled.peek(key)
            if not state.remaining:
                raise RateLimited(math.ceil(state.retry_after))

    def take(self, key: str, cost: int = 1) -> None:
        """Count for `key`. Raises RateLimited, and counts nothing, when less is left."""
        if self.throttled is not None:
            result = self.throttled.limit(key, cost)
            if result.limited:
                raise RateLimited(math.ceil(result.state.retry_after))

    def charge(self, key: str, cost: int) -> None:
        """Count what has happened already, as far as there is something left."""
        if self.throttled is not None:
            left = self.throttled.peek(key).remaining
            self.throttled.limit(key, cost=min(cost, left))

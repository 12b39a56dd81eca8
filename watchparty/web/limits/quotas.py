"""Every quota, with its reason.

Rates follow the generic cell rate algorithm (ITU-T I.371): a burst at once, then one at a
time at the steady rate. Each is counted in memory and starts afresh with the server.
"""

from throttled.rate_limiter import per_day, per_min, per_sec

# By address: requests without a valid credential. Fifty friends in one house who all load the
# page (some thirty files) in the same moment stay below the burst.
ADDRESS = per_sec(50, burst=2_000)
# By address: unverified credentials. They cost a database look-up, so they have a separate, ten
# times smaller quota, which does not affect members whose credentials are known already.
# After a restart no credential is known: two hundred members in one house stay within the burst.
UNKNOWN_CREDENTIALS = per_sec(5, burst=200)
# By address: requests for /healthz.
HEALTH = per_sec(10, burst=100)

# By member, whatever their credentials: one request for each message in the liveliest chat, and
# some more.
MEMBER = per_sec(30, burst=120)

# By member: what a person can type, and all they wrote while offline.
POSTS = per_sec(2, burst=8)
# By chat: more than anybody can read. Each message goes to each of 200 members.
CHAT_POSTS = per_sec(20, burst=20)

# By member: each change sends the members of the chat to all of them. A host who clears a chat of
# 200 stays within the burst.
CHANGES = per_sec(1, burst=200)

# By member: each takes 20 ms to draw.
QR_CODES = per_sec(1, burst=10)

# By user, or by address for requests without an auth key: a full chat in one house.
JOINS = per_min(30, burst=200)
# By address: a house full of hosts. An empty chat takes about 2 KB of disk until it expires.
CREATED_CHATS = per_min(1, burst=30)
# By user: a bot that creates a chat for every showing in a large cinema.
CREATED_CHATS_A_DAY = per_day(100, burst=100)

# By credential: one for each tab of a browser that can't share one poll.
HELD_PER_CREDENTIAL = 4
# By member: some devices with some tabs each.
HELD_PER_MEMBER = 16
# In one process: each takes about 50 KB with its connection.
HELD_IN_ALL = 10_000

KEYS_REMEMBERED = 50_000  # by each limiter; about 300 bytes each

"""Delete what nobody uses any more, from time to time."""

import asyncio
from contextlib import suppress

from watchparty.party import clock
from watchparty.party.errors import StoreUnavailable
from watchparty.party.service import Party

EVERY = 60.0  # seconds between two sweeps
BREATH = 0.1  # seconds between two helpings of one sweep


async def keep_sweeping(party: Party, ttl: int) -> None:
    """Sweep for as long as the server runs; `ttl` is what a chat may be idle, in seconds."""
    while True:
        more = 0
        with suppress(StoreUnavailable):  # whoever writes is told; the next sweep may find it well
            more = await sweep(party, ttl)
        await asyncio.sleep(BREATH if more else EVERY)


async def sweep(party: Party, ttl: int) -> int:
    """Delete a helping of what is out of date, and return how many chats were among it."""
    expired = await party.store.expire(clock.now() - ttl * 1000)
    for chat_id in expired:
        party.chats.burn(chat_id)
    return len(expired)

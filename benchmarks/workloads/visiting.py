"""A crowd on a server for the length of a measurement."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.clients.crowd import Crowd
from benchmarks.clients.venues import venue
from benchmarks.running import Running


@asynccontextmanager
async def gathered(server: Running, transport: str, rooms: int, each: int) -> AsyncIterator[Crowd]:
    """Let a crowd join and wait; in the end see that all of them have heard everything once."""
    place = venue(server, transport)
    crowd = Crowd(place, server.host, server.port)
    gc.disable()  # a crowd is no garbage, and looking through it would be ours to pay
    try:
        await crowd.gather(rooms, each)
        await server.calm()
        yield crowd
        crowd.check()
    finally:
        crowd.leave()
        place.close()
        gc.enable()

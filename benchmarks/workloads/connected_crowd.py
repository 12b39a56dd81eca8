"""A crowd of connected clients for the length of a measurement."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from benchmarks.clients.crowd import Crowd
from benchmarks.clients.drivers import driver_for
from benchmarks.running import RunningServer


@asynccontextmanager
async def connected_crowd(
    server: RunningServer, transport: str, chats: int, each: int
) -> AsyncIterator[Crowd]:
    """Let a crowd join and wait; at the end check that all have received every message once."""
    driver = driver_for(server, transport)
    crowd = Crowd(driver, server.host, server.port)
    gc.disable()  # collections would walk through the crowd again and again, and free nothing
    try:
        await crowd.gather(chats, each)
        await server.settle()
        yield crowd
        crowd.check()
    finally:
        crowd.disconnect()
        driver.close()
        gc.enable()

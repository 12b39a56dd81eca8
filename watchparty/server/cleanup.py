"""Delete expired chats, users and keys while the server runs."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from quart import Quart

from watchparty.party.errors import StoreUnavailable
from watchparty.party.service import ChatService

SWEEP_INTERVAL = 60.0  # seconds between two sweeps
BATCH_PAUSE = 0.1  # seconds between two batches of one sweep


def init_cleanup(app: Quart, service: ChatService, ttl: int) -> None:
    """Delete expired chats while `app` serves; a chat may be idle for `ttl` seconds."""

    @app.while_serving
    async def clean_up() -> AsyncGenerator[None, None]:
        task = asyncio.create_task(_keep_sweeping(service, ttl))
        yield
        task.cancel()


async def _keep_sweeping(service: ChatService, ttl: int) -> None:
    while True:
        expired = 0
        with suppress(StoreUnavailable):  # writers get the error; the sweep retries later
            expired = await service.delete_expired(ttl)
        await asyncio.sleep(BATCH_PAUSE if expired else SWEEP_INTERVAL)

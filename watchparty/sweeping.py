"""Keep the broom going for as long as the server runs."""

import asyncio

from quart import Quart

from watchparty.party.expiry import keep_sweeping
from watchparty.party.party import Party


def init_sweeping(app: Quart, party: Party, ttl: int) -> None:
    """Delete what is out of date while `app` serves; a chat may be idle for `ttl` seconds."""
    tasks: set[asyncio.Task[None]] = set()

    @app.before_serving
    async def start() -> None:
        tasks.add(asyncio.create_task(keep_sweeping(party, ttl)))

    @app.after_serving
    async def end() -> None:
        for task in tasks:
            task.cancel()

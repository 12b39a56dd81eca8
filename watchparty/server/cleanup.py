"""Keep the broom going for as long as the server runs."""

import asyncio
from collections.abc import AsyncGenerator

from quart import Quart

from watchparty.party.expiry import keep_sweeping
from watchparty.party.service import Party


def init_sweeping(app: Quart, party: Party, ttl: int) -> None:
    """Delete what is out of date while `app` serves; a chat may be idle for `ttl` seconds."""

    @app.while_serving
    async def sweep() -> AsyncGenerator[None, None]:
        task = asyncio.create_task(keep_sweeping(party, ttl))
        yield
        task.cancel()

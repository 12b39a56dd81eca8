"""Watch Party under a server whose `receive()`, once cancelled, reports a disconnect for ever.

Granian's does so a moment later, and whether that matters there is a race; here it is none.
"""

import asyncio
from typing import Any

from watchparty.app import create_app

app = create_app()
serve = app.asgi_app


async def once(scope: Any, receive: Any, send: Any) -> None:
    """Serve with a `receive()` that may be cancelled once."""
    is_over = False

    async def hear() -> Any:
        nonlocal is_over
        try:
            return {"type": "http.disconnect"} if is_over else await receive()
        except asyncio.CancelledError:
            is_over = True
            raise

    await serve(scope, hear, send)


app.asgi_app = once  # type: ignore[method-assign]

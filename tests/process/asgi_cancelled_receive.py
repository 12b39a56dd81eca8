"""Watch Party under a server whose `receive()`, once cancelled, reports a disconnect for ever.

Under Granian this happens a moment later, so a test of it would be a race; here it always happens.
"""

import asyncio
from typing import Any

from watchparty.app import create_app

app = create_app()
serve = app.asgi_app


async def serve_with_single_cancel(scope: Any, receive: Any, send: Any) -> None:
    """Serve with a `receive()` that reports a disconnect after its first cancellation."""
    is_over = False

    async def receive_once() -> Any:
        nonlocal is_over
        try:
            return {"type": "http.disconnect"} if is_over else await receive()
        except asyncio.CancelledError:
            is_over = True
            raise

    await serve(scope, receive_once, send)


app.asgi_app = serve_with_single_cancel  # type: ignore[method-assign]

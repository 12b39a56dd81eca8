"""Take what is left of a body before the answer ends, so that its sender gets to read that.

A connection that is closed with something unread is reset, and the answer is lost with it
(RFC 9112 section 9.6): whoever sent too much would never learn so.
"""

import asyncio
from contextlib import suppress
from typing import Any

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable
from quart import Quart

LINGER = 1.0  # seconds; who needs longer for the rest has bigger worries than our answer

BODY_HEADERS = {b"content-length", b"transfer-encoding"}


def init_drain_body(app: Quart) -> None:
    """Let `app` hear its clients out."""
    serve = app.asgi_app

    async def linger(scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        heard_out = asyncio.Event()

        async def hear() -> Any:
            message: Any = await receive()
            if not message.get("more_body"):
                heard_out.set()
            return message

        async def answer(message: Any) -> None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                with suppress(TimeoutError):
                    await asyncio.wait_for(heard_out.wait(), LINGER)
            await send(message)

        await serve(scope, hear, answer)

    async def choose(scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        with_body = scope["type"] == "http" and has_body(scope)
        await (linger if with_body else serve)(scope, receive, send)

    app.asgi_app = choose  # type: ignore[method-assign]


def has_body(scope: Any) -> bool:
    """Return True if the request's headers announce a body."""
    return any(name in BODY_HEADERS for name, _ in scope["headers"])

"""Receive the rest of a request body before an answer ends, so that the client can read it.

If a server closes a connection while part of a body is unread, the client gets a reset and loses
the answer (RFC 9112 section 9.6): a client that sends too much would never see the 413.
"""

import asyncio
from contextlib import suppress
from typing import Any

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable
from quart import Quart

DRAIN_TIMEOUT = 1.0  # seconds; give up on slower senders

BODY_HEADERS = {b"content-length", b"transfer-encoding"}  # a request with a body has one of them


class Drain:
    """Stands between the server and the framework for one request with a body."""

    def __init__(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        self._receive, self._send = receive, send
        self._is_drained = asyncio.Event()

    async def receive(self) -> Any:
        """Receive a message, and note the end of the body."""
        message: Any = await self._receive()
        if not message.get("more_body"):
            self._is_drained.set()
        return message

    async def send(self, message: Any) -> None:
        """Send a message; the last one once the body has arrived, or after DRAIN_TIMEOUT."""
        if message["type"] == "http.response.body" and not message.get("more_body"):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_drained.wait(), DRAIN_TIMEOUT)
        await self._send(message)


def init_drain_body(app: Quart) -> None:
    """Let `app` receive whole bodies before its answers end."""
    serve = app.asgi_app

    async def dispatch(scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "http" and has_body(scope):
            drain = Drain(receive, send)
            await serve(scope, drain.receive, drain.send)
        else:
            await serve(scope, receive, send)

    app.asgi_app = dispatch  # type: ignore[method-assign]


def has_body(scope: Any) -> bool:
    """Return True if the headers of a request announce a body."""
    return any(name in BODY_HEADERS for name, _ in scope["headers"])

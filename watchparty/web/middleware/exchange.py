"""One request on its way between the server and the framework.

A route that has to wait hands its request over. The framework then finishes with an empty answer,
of which only the headers are kept, and frees its memory for the request. From there the request
waits as on the fast path: the same code holds it, and the answer has the same bytes.

An answer ends only after the request's body has arrived. If a server closes a connection while part
of a body is unread, the client gets a reset and loses the answer (RFC 9112 section 9.6): a client
that sends too much would never see the 413.
"""

import asyncio
from contextlib import suppress
from typing import Any

from hypercorn.typing import ASGIReceiveCallable

SCOPE_KEY = "watchparty.exchange"

DRAIN_TIMEOUT = 1.0  # seconds; give up on slower senders

BODY_HEADERS = {b"content-length", b"transfer-encoding"}  # a request with a body has one of them
BODILESS = {"GET", "HEAD"}  # without these headers, requests with these methods have no body
NO_BODY = {"type": "http.request", "body": b"", "more_body": False}

HeaderFields = list[tuple[bytes, bytes]]


class Exchange:
    """One request and its answer.

    A route hands its request over by appending to the list that it finds in the scope.
    """

    def __init__(self, scope: Any, receive: ASGIReceiveCallable, send: Any) -> None:
        self._receive, self._send = receive, send
        self._has_body = any(name in BODY_HEADERS for name, _ in scope["headers"])
        self._expects_body = self._has_body or scope["method"] not in BODILESS
        self._body_ended, self._answer_ended = asyncio.Event(), asyncio.Event()
        # A list, because servers keep the scope: with this object in it, it would be a cycle.
        self._handed_over: list[Any] = []
        scope[SCOPE_KEY] = self._handed_over
        # The headers of the answer, once the framework has finished for a request handed over.
        self.fields: HeaderFields | None = None

    def take(self) -> Any:
        """Return what the route handed over."""
        return self._handed_over.pop()

    async def receive(self) -> Any:
        """Receive the body, and a disconnect once the framework's answer has ended.

        The waiter notices a real disconnect after the body. Waiting for it here is useless: the
        framework is done within milliseconds and cancels this call, and not every server lets
        `receive` be called again after a cancellation.
        """
        if self._body_ended.is_set():
            await self._answer_ended.wait()
            return {"type": "http.disconnect"}
        message: Any = await self._receive() if self._expects_body else NO_BODY
        if not message.get("more_body"):
            self._body_ended.set()
        return message

    async def send(self, message: Any) -> None:
        """Send the answer of the framework, unless the request is handed over."""
        if self._handed_over and message["type"] == "http.response.start":
            self._keep_headers(message)
        is_last = message["type"] == "http.response.body" and not message.get("more_body")
        if self.fields is None:
            if is_last:
                await self._drain()
            await self._send(message)
        if is_last:
            self._answer_ended.set()

    def _keep_headers(self, start: Any) -> None:
        if start["status"] == 200:
            self.fields = [
                field for field in start["headers"] if field[0].lower() != b"content-length"
            ]

    async def _drain(self) -> None:
        if self._has_body:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._body_ended.wait(), DRAIN_TIMEOUT)

"""Hand a request over from a route to the waiter, once the framework is done with it.

A route checks a request and passes what it waits for to `hold`. The framework finishes with an
empty answer, of which only the headers are kept, and frees everything it had of the request. Then
the request waits like one of the fast path, in the same code and for the same bytes.
"""

import asyncio
from typing import Any

from hypercorn.typing import ASGIReceiveCallable
from quart import Response, request

from watchparty.web.middleware.drain_body import has_body
from watchparty.web.response import sse
from watchparty.web.response.schemas import json
from watchparty.web.waiting.answers import Fields, Head, Poll, Stream

SCOPE_KEY = "watchparty.handover"

BODILESS = {"GET", "HEAD"}
NO_BODY = {"type": "http.request", "body": b"", "more_body": False}


class Handover:
    """Stands between the server and the framework for one request."""

    def __init__(self, scope: Any, receive: ASGIReceiveCallable, send: Any) -> None:
        self._receive, self._send = receive, send
        self._body_follows = scope["method"] not in BODILESS or has_body(scope)
        self._is_complete = False
        self._fields: Fields | None = None
        self.request: Poll | Stream | None = None

    @property
    def head(self) -> Head | None:
        """Return the headers to answer with, if the framework agreed to the handover."""
        return None if self._fields is None else Head(self._fields)

    async def receive(self) -> Any:
        """Receive the body and nothing after it: the disconnect is for the waiter to notice.

        The framework is done within milliseconds, and then would cancel this call. Not every
        server lets `receive` be called again after that.
        """
        if self._is_complete:
            await asyncio.Future()
        message: Any = await self._receive() if self._body_follows else NO_BODY
        self._is_complete = not message.get("more_body", False)
        return message

    async def send(self, message: Any) -> None:
        """Send the answer of the framework, unless the request is handed over."""
        if self.request is not None and message["type"] == "http.response.start":
            self._keep_headers(message)
        if self._fields is None:
            await self._send(message)

    def _keep_headers(self, start: Any) -> None:
        if start["status"] == 200:
            self._fields = [one for one in start["headers"] if one[0].lower() != b"content-length"]


def hold(held: Poll | Stream) -> Response:
    """Hand the current request over; return the answer for the framework to finish with."""
    scope: Any = request.scope
    scope[SCOPE_KEY].request = held
    return json(b"") if isinstance(held, Poll) else sse.head()

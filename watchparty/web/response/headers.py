"""Security and caching headers: no leaks, no foreign code, no caching of data."""

from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from quart import Quart, Response, request

from watchparty.party.errors import PartyError
from watchparty.party.window import Page
from watchparty.web.middleware.exchange import HeaderFields
from watchparty.web.response import errors, sse
from watchparty.web.response.schemas import PollAnswer, error_body

AsgiMessage = dict[str, Any]
AsgiMessages = tuple[AsgiMessage, ...]

# Nothing from other origins and nothing inline. `default-src 'none'` forbids the rest.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",  # text never becomes markup or code
        "trusted-types poll",  # except the URL of the worker (static/js/net/shared-poll.js)
    ]
)

# For everything that browsers show as a page or load into one.
PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

# Data is harmless unless a browser takes it for another type, and anything confidential needs a
# header that foreign pages cannot send. A phone gets a thousand such answers in an evening, so
# they carry no other security headers.
DATA_HEADERS = {"X-Content-Type-Options": "nosniff"}
DATA_TYPES = {"application/json", "text/event-stream"}

# Browsers honour these over TLS only (RFC 6797 section 8.1), and otherwise complain.
TLS_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",  # seconds
}

NO_STORE = "no-store"


def init_headers(app: Quart) -> None:
    """Add these headers to every answer of `app`, errors included."""
    app.after_request(_add)


async def _add(response: Response) -> Response:
    response.headers.update(DATA_HEADERS if response.mimetype in DATA_TYPES else PAGE_HEADERS)
    if request.scheme == "https":
        response.headers.update(TLS_HEADERS)
    response.headers.setdefault("Cache-Control", NO_STORE)
    return response


class Head:
    """Makes ASGI messages from header fields, which are the same for every body."""

    def __init__(self, fields: HeaderFields, *, is_shared: bool = False) -> None:
        """Use these header fields; if `is_shared`, build the answer of each page only once."""
        self._fields = fields
        # Pages are weak keys: an answer lives as long as its page is in use.
        self._answers: WeakKeyDictionary[Page, AsgiMessages] | None = (
            WeakKeyDictionary() if is_shared else None
        )

    def answer(self, page: Page | PollAnswer, encoded: bytes) -> AsgiMessages:
        """Return the answer to a poll."""
        if self._answers is None or isinstance(page, PollAnswer):
            return self._response(200, encoded)
        messages = self._answers.get(page)
        if messages is None:
            messages = self._answers[page] = self._response(200, encoded)
        return messages

    def refuse(self, error: PartyError) -> AsgiMessages:
        """Return the answer to a poll that can no longer be held."""
        extra = _to_asgi(errors.headers(error))
        body = msgspec.json.encode(error_body(error))
        return self._response(errors.status_of(error), body, *extra)

    def start(self) -> AsgiMessage:
        """Return the first message of a stream."""
        return {"type": "http.response.start", "status": 200, "headers": self._fields}

    def _response(self, status: int, body: bytes, *extra: tuple[bytes, bytes]) -> AsgiMessages:
        fields = [(b"content-length", b"%d" % len(body)), *self._fields, *extra]
        start = {"type": "http.response.start", "status": status, "headers": fields}
        return start, body_part(body, more_body=False)


def body_part(body: bytes, *, more_body: bool) -> AsgiMessage:
    """Return a body, or a part of one, as an ASGI message."""
    return {"type": "http.response.body", "body": body, "more_body": more_body}


def _to_asgi(headers: dict[str, str]) -> HeaderFields:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def shared_heads(extra: dict[str, str]) -> dict[tuple[bool, bool], Head]:
    """Return the heads of the fast path, by (is_stream, is_secure), with `extra` headers."""
    media = {False: {"Content-Type": "application/json"}, True: sse.HEADERS}
    return {
        (is_stream, is_secure): Head(
            _for_data({**media[is_stream], **extra}, is_secure), is_shared=True
        )
        for is_stream in (False, True)
        for is_secure in (False, True)
    }


def _for_data(media: dict[str, str], is_secure: bool) -> HeaderFields:
    """Return all headers of a data answer that is sent without the framework."""
    tls = TLS_HEADERS if is_secure else {}
    return _to_asgi({**media, **DATA_HEADERS, "Cache-Control": NO_STORE, **tls})

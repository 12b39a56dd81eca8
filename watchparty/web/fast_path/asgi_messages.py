"""Answers as the messages of ASGI, made once for all who get the same."""

from typing import Any
from weakref import WeakKeyDictionary

import msgspec

from watchparty.party.errors import PartyError
from watchparty.party.window import Page
from watchparty.web.response import errors, headers, sse
from watchparty.web.response.schemas import refusal

Message = dict[str, Any]
Messages = tuple[Message, ...]

JSON = {"Content-Type": "application/json"}

_json = {is_secure: headers.raw(JSON, is_secure) for is_secure in (False, True)}
_streams = {is_secure: headers.raw(sse.HEADERS, is_secure) for is_secure in (False, True)}

# As long as there is such a page, those who wait for it share these.
_answers: dict[bool, WeakKeyDictionary[Page, Messages]] = {
    is_secure: WeakKeyDictionary() for is_secure in (False, True)
}
_events: WeakKeyDictionary[Page, Message] = WeakKeyDictionary()


def answer(page: Page, encoded: bytes, is_secure: bool) -> Messages:
    """Return the answer to a poll."""
    messages = _answers[is_secure].get(page)
    if messages is None:
        messages = _answers[is_secure][page] = _whole(200, encoded, is_secure)
    return messages


def refused(error: PartyError, is_secure: bool) -> Messages:
    """Return the answer to a poll that may not be held any longer."""
    more = [
        (name.lower().encode(), value.encode()) for name, value in errors.headers(error).items()
    ]
    body = msgspec.json.encode(refusal(error))
    return _whole(errors.STATUSES[type(error)], body, is_secure, *more)


def stream_start(is_secure: bool) -> Message:
    """Return what a stream begins with."""
    return _start(200, _streams[is_secure])


def events(page: Page) -> Message:
    """Return the part of a stream that tells a page."""
    message = _events.get(page)
    if message is None:
        message = _events[page] = _body(sse.told(page), more_body=True)
    return message


def stream_end(error: PartyError) -> Message:
    """Return what a stream ends with."""
    return _body(sse.end(error))


def _whole(status: int, body: bytes, is_secure: bool, *more: tuple[bytes, bytes]) -> Messages:
    length = (b"content-length", b"%d" % len(body))
    return _start(status, [length, *_json[is_secure], *more]), _body(body)


def _start(status: int, fields: list[tuple[bytes, bytes]]) -> Message:
    return {"type": "http.response.start", "status": status, "headers": fields}


def _body(body: bytes, *, more_body: bool = False) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more_body}

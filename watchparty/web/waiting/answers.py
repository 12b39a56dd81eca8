"""Answer held requests with ASGI messages, built once for all who get the same answer."""

from collections.abc import Coroutine
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import msgspec
from hypercorn.typing import ASGIReceiveCallable

from watchparty.party.errors import PartyError
from watchparty.party.window import Page
from watchparty.web.limits.held_requests import Holders
from watchparty.web.response import errors, headers, sse
from watchparty.web.response.schemas import PollAnswer, error_body
from watchparty.web.waiting.views import ChatView, View
from watchparty.web.waiting.waiter import Found, PollWaiter, StreamWaiter, WaitingRoom

Message = dict[str, Any]
Messages = tuple[Message, ...]
Fields = list[tuple[bytes, bytes]]

JSON = {"Content-Type": "application/json"}


class Poll(NamedTuple):
    """A request for one answer, to be held up to `seconds` for news."""

    view: View
    seconds: float
    holders: Holders


class Stream(NamedTuple):
    """A request for all news of a chat, as it happens."""

    view: ChatView
    holders: Holders


class Head:
    """The headers of an answer that do not depend on its body."""

    def __init__(self, fields: Fields, *, is_shared: bool = False) -> None:
        """Take the header fields. With `is_shared`, requests for the same page share an answer."""
        self._fields = fields
        # Pages are weak keys: an answer lives as long as its page is in use.
        self._answers: WeakKeyDictionary[Page, Messages] | None = (
            WeakKeyDictionary() if is_shared else None
        )

    def answer(self, page: Page | PollAnswer, encoded: bytes) -> Messages:
        """Return the answer to a poll."""
        if self._answers is None or isinstance(page, PollAnswer):
            return self._response(200, encoded)
        messages = self._answers.get(page)
        if messages is None:
            messages = self._answers[page] = self._response(200, encoded)
        return messages

    def refuse(self, error: PartyError) -> Messages:
        """Return the answer to a poll that can no longer be held."""
        more = headers.to_asgi(errors.headers(error))
        body = msgspec.json.encode(error_body(error))
        return self._response(errors.STATUSES[type(error)], body, *more)

    def start(self) -> Message:
        """Return the first message of a stream."""
        return _start(200, self._fields)

    def _response(self, status: int, body: bytes, *more: tuple[bytes, bytes]) -> Messages:
        length = (b"content-length", b"%d" % len(body))
        return _start(status, [length, *self._fields, *more]), _body(body)


SHARED = {
    (is_stream, is_secure): Head(headers.for_data(media, is_secure), is_shared=True)
    for is_stream, media in ((False, JSON), (True, sse.HEADERS))
    for is_secure in (False, True)
}

_events: WeakKeyDictionary[Page, Message] = WeakKeyDictionary()


def respond(
    request: Poll | Stream, head: Head, room: WaitingRoom, receive: ASGIReceiveCallable, send: Any
) -> Coroutine[Any, Any, None]:
    """Hold a request and answer it; await the result in the task that the server runs it in."""
    if isinstance(request, Stream):
        stream = StreamWaiter(request.view, sse.HEARTBEAT, request.holders, room, receive)
        return _stream(stream, head, send)
    if not request.seconds:
        return _answer_at_once(request.view, head, send)
    poll = PollWaiter(request.view, request.seconds, request.holders, room, receive)
    return _poll(poll, head, send)


async def _answer_at_once(view: View, head: Head, send: Any) -> None:
    try:
        messages = head.answer(*view.look())
    except PartyError as error:
        messages = head.refuse(error)
    for message in messages:
        await send(message)


# These coroutines exist once per held request, of which there are thousands: each local and each
# frame costs memory in all of them.


async def _poll(waiter: PollWaiter, head: Head, send: Any) -> None:
    try:
        with waiter:
            found: Found | None = await waiter.next()
        messages = head.answer(*found) if found else ()
    except PartyError as error:
        messages = head.refuse(error)
    for message in messages:
        await send(message)


async def _stream(waiter: StreamWaiter, head: Head, send: Any) -> None:
    refused: PartyError | None = None
    await send(head.start())
    try:
        with waiter:
            page: Page | None = waiter.first()
            while page is not None:
                await waiter.send(send, _events_of(page))
                page = await waiter.next()
    except TimeoutError:
        refused = waiter.refusal()
    except PartyError as error:
        refused = error
    if refused is not None:
        await send(_body(sse.encode_end(refused)))


def _events_of(page: Page) -> Message:
    message = _events.get(page)
    if message is None:
        message = _events[page] = _body(sse.encode_page(page), more_body=True)
    return message


def _start(status: int, fields: Fields) -> Message:
    return {"type": "http.response.start", "status": status, "headers": fields}


def _body(body: bytes, *, more_body: bool = False) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more_body}

"""Answer the polls and streams of members without the framework, and hold all that have to wait.

Most of the CPU time goes into answering held requests, and Quart spends more on a request than
the poll itself needs: tasks, contexts, routing, a streamed response. This module calls
the same methods under the same rules. It leaves anything odd, unknown or wrong to the framework,
which reads the request again, and answers with the error or hands the request back to be held.
docs/performance.md has the figures.
"""

from collections.abc import Coroutine
from typing import Any
from weakref import WeakKeyDictionary

from hypercorn.typing import ASGIReceiveCallable
from quart import Quart

from watchparty.party.chat import ChatView
from watchparty.party.errors import PartyError
from watchparty.party.service import ChatService
from watchparty.party.window import Page
from watchparty.web.fast_path.parse import poll_params
from watchparty.web.limits.held_requests import HeldRequests
from watchparty.web.limits.rate_limits import RateLimits
from watchparty.web.middleware.exchange import Exchange
from watchparty.web.response import sse
from watchparty.web.response.headers import AsgiMessage, Head, body_part, shared_heads
from watchparty.web.waiting.hold import Poll, Stream, View
from watchparty.web.waiting.timer_wheel import TimerWheel
from watchparty.web.waiting.waiter import Found, PollWaiter, StreamWaiter, WaitingRoom

Answering = Coroutine[Any, Any, None]

# Pages are weak keys: their events live as long as the page is in use.
_events: WeakKeyDictionary[Page, AsgiMessage] = WeakKeyDictionary()


def init_dispatch(
    app: Quart,
    service: ChatService,
    limits: RateLimits,
    held: HeldRequests,
    headers: dict[str, str],
) -> None:
    """Let `app` hold requests, those of members without the framework.

    Its answers have these headers beside the usual ones.
    """
    serve, room, heads = app.asgi_app, WaitingRoom(held, TimerWheel()), shared_heads(headers)

    async def serve_by_framework(scope: Any, receive: ASGIReceiveCallable, send: Any) -> None:
        exchange = Exchange(scope, receive, send)
        await serve(scope, exchange.receive, exchange.send)
        if exchange.fields is not None:
            _free_headers(scope)
            await _respond(exchange.take(), Head(exchange.fields), room, receive, send)

    def dispatch(scope: Any, receive: ASGIReceiveCallable, send: Any) -> Answering:
        if scope["type"] != "http":
            return serve(scope, receive, send)
        is_get = scope["method"] == "GET"
        request = _accept(scope, service, limits, held) if is_get else None
        if request is None:
            return serve_by_framework(scope, receive, send)
        _free_headers(scope)
        head = heads[isinstance(request, Stream), scope["scheme"] == "https"]
        return _respond(request, head, room, receive, send)

    app.asgi_app = dispatch  # type: ignore[method-assign]


def _accept(
    scope: Any, service: ChatService, limits: RateLimits, held: HeldRequests
) -> Poll | Stream | None:
    """Return a poll or stream, charged to its member, or None to leave it to the framework."""
    params = poll_params(scope)
    access = None if params is None else service.cached_access(params.chat_id, params.credential)
    owner = params and access and limits.try_charge(params.credential, access)
    if params is None or access is None or not owner:
        return None
    view = ChatView(access.chat, access.member.member_id, params.cursor)
    holders = held.holders([params.credential], [owner])
    return Stream(view, holders) if params.wait is None else Poll(view, params.wait, holders)


def _free_headers(scope: Any) -> None:
    """Free the request headers, which the server would keep during the wait: 1 KB per browser."""
    if isinstance(scope["headers"], list):
        scope["headers"].clear()


def _respond(
    request: Poll | Stream, head: Head, room: WaitingRoom, receive: ASGIReceiveCallable, send: Any
) -> Answering:
    """Return the coroutine that holds and answers a request; await it in the server's task."""
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
    refusal: PartyError | None = None
    await send(head.start())
    try:
        with waiter:
            page: Page | None = waiter.first()
            while page is not None:
                await waiter.send(send, _events_of(page))
                page = await waiter.next()
    except TimeoutError:
        refusal = waiter.refusal()
    except PartyError as error:
        refusal = error
    if refusal is not None:
        await send(body_part(sse.encode_end(refusal), more_body=False))


def _events_of(page: Page) -> AsgiMessage:
    message = _events.get(page)
    if message is None:
        message = _events[page] = body_part(sse.encode_page(page), more_body=True)
    return message

"""Answer the polls and streams of members without the framework.

Most of the CPU time goes into answering held requests, and Quart spends more on a request than
the poll itself needs: tasks, contexts, routing, a streamed response. Here the same verbs are
called under the same rules. Anything odd, unknown or wrong goes to the framework, which reads it
again and answers with the error. docs/performance.md has the figures.
"""

from collections.abc import Coroutine
from typing import Any

from hypercorn.typing import ASGIReceiveCallable
from quart import Quart

from watchparty.party.service import ChatService
from watchparty.web.fast_path import parse
from watchparty.web.limits.held_requests import HeldRequests
from watchparty.web.limits.rate_limits import RateLimits
from watchparty.web.waiting.answers import SHARED, Poll, Stream, respond
from watchparty.web.waiting.handover import SCOPE_KEY, Handover
from watchparty.web.waiting.timer_wheel import TimerWheel
from watchparty.web.waiting.views import ChatView
from watchparty.web.waiting.waiter import WaitingRoom

Answering = Coroutine[Any, Any, None]


def init_dispatch(
    app: Quart, service: ChatService, limits: RateLimits, held: HeldRequests, *, fast: bool
) -> None:
    """Let `app` hold requests, those of members without the framework if `fast`."""
    serve, room = app.asgi_app, WaitingRoom(held, TimerWheel())

    async def serve_by_framework(scope: Any, receive: ASGIReceiveCallable, send: Any) -> None:
        handover = scope[SCOPE_KEY] = Handover(scope, receive, send)
        await serve(scope, handover.receive, handover.send)
        if handover.request is not None and (head := handover.head) is not None:
            _free_headers(scope)
            await respond(handover.request, head, room, receive, send)

    def dispatch(scope: Any, receive: ASGIReceiveCallable, send: Any) -> Answering:
        if scope["type"] != "http":
            return serve(scope, receive, send)
        request = _find(scope, service, limits, held) if fast else None
        if request is None:
            return serve_by_framework(scope, receive, send)
        _free_headers(scope)
        head = SHARED[isinstance(request, Stream), scope["scheme"] == "https"]
        return respond(request, head, room, receive, send)

    app.asgi_app = dispatch  # type: ignore[method-assign]


def _find(
    scope: Any, service: ChatService, limits: RateLimits, held: HeldRequests
) -> Poll | Stream | None:
    """Return the poll or stream of a member, or None to leave the request to the framework."""
    params = parse.poll_params(scope)
    access = None if params is None else service.cached_access(params.chat_id, params.credential)
    if params is None or access is None or not limits.try_admit(params.credential, access):
        return None
    view = ChatView(access.chat, access.member.member_id, params.cursor)
    owner = limits.known.owner_in(params.credential, access)
    holders = held.holders([params.credential], [owner])
    return Stream(view, holders) if params.wait is None else Poll(view, params.wait, holders)


def _free_headers(scope: Any) -> None:
    """Free the request headers, which the server would keep during the wait: 1 KB per browser."""
    if isinstance(scope["headers"], list):
        scope["headers"].clear()

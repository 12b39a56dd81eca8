"""The held polls and streams of members, answered without the framework.

Most of the CPU time goes into answering held requests, and a request costs Quart more than the
poll itself: tasks, contexts, routing, a streamed response. Here the same verbs are called, with
the same rules. Whatever is odd, unknown or a mistake takes the ordinary way, which looks at it
anew and says what is wrong. What that gains is in docs/performance.md.
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
    """Hold the polls and streams of `app`; those of members without the framework if `fast`."""
    serve, room = app.asgi_app, WaitingRoom(held, TimerWheel())

    def find(scope: Any) -> Poll | Stream | None:
        """Return what is asked for, if a member asks for nothing but news."""
        params = parse.poll_params(scope) if fast else None
        access = (
            None if params is None else service.cached_access(params.chat_id, params.credential)
        )
        if params is None or access is None or not limits.try_admit(params.credential, access):
            return None
        view = ChatView(access.chat, access.member.member_id, params.cursor)
        owner = limits.known.owner_in(params.credential, access)
        holders = held.holders([params.credential], [owner])
        return Stream(view, holders) if params.wait is None else Poll(view, params.wait, holders)

    async def ordinary(scope: Any, receive: ASGIReceiveCallable, send: Any) -> None:
        handover = scope[SCOPE_KEY] = Handover(scope, receive, send)
        await serve(scope, handover.receive, handover.send)
        if handover.request is not None and (head := handover.head) is not None:
            _let_go(scope)
            await respond(handover.request, head, room, receive, send)

    def dispatch(scope: Any, receive: ASGIReceiveCallable, send: Any) -> Answering:
        if scope["type"] != "http":
            return serve(scope, receive, send)
        request = find(scope)
        if request is None:
            return ordinary(scope, receive, send)
        _let_go(scope)
        head = SHARED[isinstance(request, Stream), scope["scheme"] == "https"]
        return respond(request, head, room, receive, send)

    app.asgi_app = dispatch  # type: ignore[method-assign]


def _let_go(scope: Any) -> None:
    """Free the headers: the server would keep them during the wait, 1 KB or more of a browser."""
    if isinstance(scope["headers"], list):
        scope["headers"].clear()

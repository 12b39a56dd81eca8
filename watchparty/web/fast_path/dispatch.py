"""The held poll and the stream of a member, answered without the framework.

Waking those who wait is what the program exists for, and a request costs Quart more than the
poll itself: tasks, contexts, routing, a streamed response. Here the same verbs are called,
with the same rules. Whatever is odd, unknown or a mistake takes the ordinary way, which looks at
it anew and says what is wrong. What that gains is in docs/performance.md.
"""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from hypercorn.typing import ASGIReceiveCallable
from quart import Quart

from watchparty.party.errors import PartyError
from watchparty.party.service import Party
from watchparty.web.fast_path import asgi_messages
from watchparty.web.fast_path.parse import read
from watchparty.web.fast_path.timer_wheel import Alarms
from watchparty.web.fast_path.waiter import PollReader, StreamReader
from watchparty.web.limits.rate_limits import Limits
from watchparty.web.response import sse

if TYPE_CHECKING:
    from watchparty.party.window import Page


def init_fast_lane(app: Quart, party: Party, limits: Limits) -> None:
    """Answer the polls and streams of members before `app` does."""
    serve, alarms = app.asgi_app, Alarms()

    def reader_in(scope: Any, receive: ASGIReceiveCallable) -> PollReader | StreamReader | None:
        """Return who wants to hear of news, if it is a member who asks for nothing else."""
        asked = read(scope)
        seat = None if asked is None else party.recall_seat(asked.chat_id, asked.credential)
        if asked is None or seat is None or not limits.lets(asked.credential, seat):
            return None
        # The server would keep them for as long as they wait, a KB or more from a browser.
        if isinstance(scope["headers"], list):
            scope["headers"].clear()
        kind = StreamReader if asked.wait is None else PollReader
        return kind(seat, asked, limits, alarms, receive)

    def lane(scope: Any, receive: ASGIReceiveCallable, send: Any) -> Coroutine[Any, Any, None]:
        reader = reader_in(scope, receive)
        if reader is None:
            return serve(scope, receive, send)
        is_secure = scope["scheme"] == "https"
        if isinstance(reader, StreamReader):
            return _stream(reader, is_secure, send)
        return _poll(reader, is_secure, send)

    app.asgi_app = lane  # type: ignore[method-assign]


# Thousands wait in the middle of these: each name and each call more is memory for all of them.


async def _poll(reader: PollReader, is_secure: bool, send: Any) -> None:
    """Send the page at the reader's cursor, held for news."""
    try:
        if reader.hold:
            with reader:
                found = await reader.next_page()
        else:
            found = reader.look()
        messages = asgi_messages.answer(*found, is_secure) if found else ()
    except PartyError as error:
        messages = asgi_messages.refused(error, is_secure)
    for message in messages:
        await send(message)


async def _stream(reader: StreamReader, is_secure: bool, send: Any) -> None:
    """Send what is new as it comes, until the reader goes or may not stay."""
    refusal: PartyError | None = None
    await send(asgi_messages.stream_start(is_secure))
    try:
        with reader:
            found: tuple[Page, bytes] | None = reader.look()
            while found is not None:
                page, _ = found
                await reader.tell(send, asgi_messages.events(page))
                reader.cursor = sse.after(page, reader.cursor)
                found = await reader.next_page()
    except TimeoutError:
        refusal = reader.refusal()
    except PartyError as error:
        refusal = error
    if refusal is not None:
        await send(asgi_messages.stream_end(refusal))

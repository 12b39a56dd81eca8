"""The held poll and the stream of a member, answered without the framework.

Waking those who wait is what the program exists for, and a request costs Quart more than the
poll itself: tasks, contexts, routing, a streamed response. Here the same verbs are called,
with the same rules. Whatever is odd, unknown or a mistake takes the ordinary way, which looks at
it anew and says what is wrong. What that gains is in docs/performance.md.
"""

import asyncio
from typing import Any

from hypercorn.typing import ASGIReceiveCallable
from quart import Quart

from watchparty.party.errors import PartyError
from watchparty.party.party import Party
from watchparty.party.window import Cursor, Page
from watchparty.web import asgi_messages, streams
from watchparty.web.alarms import Alarms
from watchparty.web.limits import Limits
from watchparty.web.plain_request import read
from watchparty.web.reader import PollReader, StreamReader


def init_fast_lane(app: Quart, party: Party, limits: Limits) -> None:
    """Answer the polls and streams of members before `app` does."""
    serve, alarms = app.asgi_app, Alarms()

    async def lane(scope: Any, receive: ASGIReceiveCallable, send: Any) -> None:
        asked = read(scope)
        seat = None if asked is None else party.recall_seat(asked.chat_id, asked.credential)
        if asked is None or seat is None or not limits.lets(asked.credential, seat):
            return await serve(scope, receive, send)
        is_secure = scope["scheme"] == "https"
        place = seat, asked.credential, limits, alarms, receive
        if asked.wait is None:
            await send(asgi_messages.stream_start(is_secure))
            return await _stream(StreamReader(*place), asked.cursor, send)
        try:
            found = await _poll(PollReader(*place), asked.cursor, asked.wait)
            messages = asgi_messages.answer(*found, is_secure) if found else ()
        except PartyError as error:
            messages = asgi_messages.refused(error, is_secure)
        for message in messages:
            await send(message)
        return None

    app.asgi_app = lane  # type: ignore[method-assign]


async def _poll(reader: PollReader, cursor: Cursor, wait: float) -> tuple[Page, bytes] | None:
    """Return the page at `cursor`, held for news; None when its reader has gone."""
    if not wait:
        return reader.look(cursor)
    with reader:
        return await reader.next_page(cursor, wait)


async def _stream(reader: StreamReader, cursor: Cursor, send: Any) -> None:
    """Send what is new as it comes, until the reader goes or may not stay."""
    refusal: PartyError | None = None
    try:
        with reader:
            async with asyncio.timeout(None) as reader.telling:
                found: tuple[Page, bytes] | None = reader.look(cursor)
                while found is not None:
                    page, _ = found
                    await reader.tell(send, asgi_messages.events(page))
                    cursor = streams.after(page, cursor)
                    found = await reader.next_page(cursor, streams.HEARTBEAT)
    except TimeoutError:
        refusal = reader.refusal()
    except PartyError as error:
        refusal = error
    if refusal is not None:
        await send(asgi_messages.stream_end(refusal))

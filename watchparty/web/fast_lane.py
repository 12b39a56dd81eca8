"""The held poll of a member, answered without the framework.

Polling is what the program exists for, and a request costs Quart more than the poll itself:
tasks, contexts, routing, a streamed response. Here the same verbs are called, with the same
rules. Only what goes well is answered: whatever is odd, unknown, refused or a mistake takes
the ordinary way, which looks at it anew and says what is wrong.
"""

import asyncio
import re
from typing import Any, NamedTuple

import msgspec
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable
from quart import Quart

from watchparty.party.errors import PartyError, RateLimited
from watchparty.party.party import Party, Seat
from watchparty.party.waiting import Waiter
from watchparty.party.window import Cursor
from watchparty.web import headers
from watchparty.web.answers import refusal
from watchparty.web.limits import Limits
from watchparty.web.malformed import MALFORMED
from watchparty.web.query import HOLD_MAX

PATH = re.compile(r"/([1-9][0-9]{0,17})")
PARAMETERS = {
    b"since": re.compile(rb"[0-9]{1,15}"),
    b"wait": re.compile(rb"[0-9]{1,4}(\.[0-9]{1,3})?"),
    b"epoch": re.compile(rb"[0-9A-Za-z]{1,64}"),
    b"rev": re.compile(rb"[0-9]{1,15}"),
}
BEARER = b"Bearer "

# Other credentials, other kinds of answers and other origins are for the ordinary way.
ODD = {b"session-token", b"session_token", b"auth_key", b"auth-key", b"last-event-id", b"origin"}


class Poll(NamedTuple):
    """A request to be told of what is newer, as plain as it can be."""

    chat_id: int
    token: str
    cursor: Cursor
    wait: float


def init_fast_lane(app: Quart, party: Party, limits: Limits) -> None:
    """Answer the polls of members before `app` does."""
    serve = app.asgi_app

    async def lane(scope: Any, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        poll = _poll(scope)
        seat = None if poll is None else party.recall_seat(poll.chat_id, poll.token)
        if poll is None or seat is None or not limits.lets(poll.token):
            return await serve(scope, receive, send)
        try:
            page = await _page(limits, poll, seat, receive)
        except RateLimited as error:
            pause = (b"retry-after", b"%d" % error.retry_after)
            return await _answer(scope, send, 429, msgspec.json.encode(refusal(error)), pause)
        except PartyError:
            return await serve(scope, receive, send)
        if page is not None:
            await _answer(scope, send, 200, page)
        return None

    app.asgi_app = lane  # type: ignore[method-assign]


def _poll(scope: Any) -> Poll | None:
    """Read a request, if it is nothing but a poll."""
    if scope["type"] != "http" or scope["method"] != "GET" or MALFORMED in scope:
        return None
    path = PATH.fullmatch(scope["path"])
    asked = _parameters(scope["query_string"]) if path else None
    token = _token(scope["headers"]) if asked else None
    if path is None or asked is None or token is None or not {b"since", b"wait"} <= asked.keys():
        return None
    epoch, rev = asked.get(b"epoch"), asked.get(b"rev")
    cursor = Cursor(
        int(asked[b"since"]),
        None if epoch is None else epoch.decode(),
        None if rev is None else int(rev),
    )
    return Poll(int(path[1]), token, cursor, min(float(asked[b"wait"]), HOLD_MAX))


def _parameters(query: bytes) -> dict[bytes, bytes] | None:
    """Take a query apart in which nothing is escaped, repeated or unknown."""
    pairs = [pair.partition(b"=") for pair in query.split(b"&")]
    found = {name: value for name, _, value in pairs}
    known = all(name in PARAMETERS and PARAMETERS[name].fullmatch(found[name]) for name in found)
    return found if known and len(found) == len(pairs) else None


def _token(sent: list[tuple[bytes, bytes]]) -> str | None:
    """Return the one credential of a request, if that is how it is sent."""
    tokens = [value for name, value in sent if name == b"authorization"]
    odd = any(name in ODD or (name == b"accept" and b"stream" in value) for name, value in sent)
    if odd or len(tokens) != 1 or not tokens[0].startswith(BEARER):
        return None
    return tokens[0][len(BEARER) :].strip().decode("latin-1")


async def _page(
    limits: Limits, poll: Poll, seat: Seat, receive: ASGIReceiveCallable
) -> bytes | None:
    """Return the news as JSON, held for some; None when the reader has gone."""
    page, encoded = seat.chat.look(seat.member.member_id, poll.cursor)
    if page.has_news or not poll.wait:
        return encoded
    async with limits.hold([poll.token], poll.wait):
        return await _held(poll, seat, receive)


async def _held(poll: Poll, seat: Seat, receive: ASGIReceiveCallable) -> bytes | None:
    """Look, wait, look again; nothing comes between a look and the wait after it."""
    loop, waiter, chat = asyncio.get_running_loop(), Waiter(), seat.chat
    end = loop.time() + poll.wait
    while True:
        chat.next_news()  # raises Stopping
        page, encoded = chat.look(seat.member.member_id, poll.cursor)
        left = end - loop.time()
        if page.has_news or left <= 0:
            return encoded
        with chat.waited_for_by(waiter):
            if not await waiter.wait(_gone(receive), left):
                return None


async def _gone(receive: ASGIReceiveCallable) -> None:
    """Return when the client has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(
    scope: Any, send: ASGISendCallable, status: int, body: bytes, *more: tuple[bytes, bytes]
) -> None:
    length = (b"content-length", b"%d" % len(body))
    told = [length, *headers.raw(scope["scheme"] == "https"), *more]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body, "more_body": False})

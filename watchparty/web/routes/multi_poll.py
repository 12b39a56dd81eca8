"""Many chats in one request: a browser has few connections, and as many tabs as it likes."""

import asyncio
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct
from quart import Blueprint, Response, request

from watchparty.party import watching
from watchparty.party.errors import Forbidden, InvalidRequest
from watchparty.party.service import Seat
from watchparty.party.window import Cursor
from watchparty.web.context import limits, party
from watchparty.web.request import body
from watchparty.web.request.poll_query import HOLD_MAX, ID_MAX
from watchparty.web.response.schemas import json, refusal

polls = Blueprint("polls", __name__)

CHATS_MAX = 64  # in one request


class Place(Struct, frozen=True):
    """Where a reader is in one chat, and what lets them read it."""

    token: str
    since: Annotated[int, Meta(ge=0, le=ID_MAX)]
    epoch: str | None = None
    rev: Annotated[int, Meta(ge=0, le=ID_MAX)] | None = None


class PollRequest(Struct, frozen=True):
    """All the chats that somebody follows, and how many seconds to wait for news."""

    chats: Annotated[
        dict[Annotated[str, Meta(pattern="^(0|[1-9][0-9]{0,17})$")], Place],
        Meta(min_length=1, max_length=CHATS_MAX),
    ]
    wait: Annotated[float, Meta(ge=0)] = 0.0


class PollAnswer(Struct, frozen=True):
    """By chat id, only what there is to tell: a page with news, or an error."""

    chats: dict[str, Raw]


_decode = msgspec.json.Decoder(PollRequest).decode


@polls.post("/poll")
async def poll() -> Response:
    """Return the news of many chats, held up to `wait` seconds until one of them has some."""
    asked = await _read()
    tokens = {place.token for place in asked.chats.values()}
    limits().admit_bearers(tokens)
    places = await asyncio.gather(*(_find(*item) for item in asked.chats.items()))
    seats = {
        found.chat: (found.member.member_id, cursor)
        for _, found, cursor in places
        if isinstance(found, Seat)
    }
    told = {name: _told(found) for name, found, _ in places if isinstance(found, Forbidden)}
    wait = 0 if told else min(asked.wait, HOLD_MAX)
    async with limits().hold(tokens, wait):
        pages = await watching.poll(seats, wait)
    return json(PollAnswer(told | {str(chat_id): _told(page) for chat_id, page in pages.items()}))


async def _read() -> PollRequest:
    try:
        return _decode(await body.receive(request))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(f"The body is no poll: {error}.") from error


async def _find(name: str, place: Place) -> tuple[str, Seat | Forbidden, Cursor]:
    cursor = Cursor(place.since, place.epoch, place.rev)
    try:
        seat = await party().take_seat(int(name), place.token)
        limits().vouch(place.token, seat)
        return name, seat, cursor
    except Forbidden as refusal:
        limits().blame()
        return name, refusal, cursor


def _told(page: bytes | Forbidden) -> Raw:
    if isinstance(page, Forbidden):
        page = msgspec.json.encode(refusal(page))
    return Raw(page)

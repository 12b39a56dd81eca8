"""Poll many chats in one request: browsers limit the connections to a server, but not the tabs."""

import asyncio

import msgspec
from msgspec import Raw
from quart import Blueprint, Response, request

from watchparty.party.chat import ChatView
from watchparty.party.errors import Forbidden, InvalidRequest
from watchparty.party.window import Cursor
from watchparty.web.context import holders, limits, service
from watchparty.web.request import body
from watchparty.web.request.poll_query import HOLD_MAX
from watchparty.web.response.schemas import PollAnswer, PollPlace, PollRequest, error_body, json
from watchparty.web.waiting.hold import ManyChats, Poll, hold

multi_poll = Blueprint("multi_poll", __name__)

_decode = msgspec.json.Decoder(PollRequest).decode


@multi_poll.post("/poll")
async def poll() -> Response:
    """Return the news of many chats, held up to `wait` seconds until one of them has some."""
    poll_request = await _read()
    tokens = {place.token for place in poll_request.chats.values()}
    limits().charge_tokens(tokens)
    results = await asyncio.gather(*(_view(*item) for item in poll_request.chats.items()))
    by_chat = dict(zip(poll_request.chats, results, strict=True))
    views = ManyChats([view for view in results if isinstance(view, ChatView)])
    errors = {id_: _encode(error) for id_, error in by_chat.items() if isinstance(error, Forbidden)}
    if errors or not poll_request.wait:
        return json(PollAnswer(errors | views.look()[0].chats))
    return hold(Poll(views, min(poll_request.wait, HOLD_MAX), holders(tokens)))


async def _read() -> PollRequest:
    try:
        return _decode(body.without_bom(await body.receive(request)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(f"The body is not a valid poll: {error}.") from error


async def _view(chat_id: str, place: PollPlace) -> ChatView | Forbidden:
    try:
        access = await service().authorize(int(chat_id), place.token)
    except Forbidden as error:
        limits().record_bad_credential()
        return error
    limits().remember_valid(place.token, access)
    cursor = Cursor(place.since, place.epoch, place.rev)
    return ChatView(access.chat, access.member.member_id, cursor)


def _encode(error: Forbidden) -> Raw:
    return Raw(msgspec.json.encode(error_body(error)))

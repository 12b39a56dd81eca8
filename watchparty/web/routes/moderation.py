"""What members do about a chat: links, members, messages taken back, the topic, the end."""

from typing import get_args

from quart import Blueprint, Response, request

from watchparty.party import moderation, validation
from watchparty.party.errors import InvalidRequest
from watchparty.party.models import InviteRole, Role
from watchparty.party.service import Seat
from watchparty.web.context import limits, party, take_seat
from watchparty.web.request import body
from watchparty.web.response import qr
from watchparty.web.response.invite_links import link_for
from watchparty.web.response.schemas import (
    ChangeAnswer,
    GoneAnswer,
    InviteAnswer,
    InvitesAnswer,
    QrAnswer,
    json,
)

host = Blueprint("hosting", __name__, url_prefix="/<chat_id:chat_id>")

ASSIGNABLE: tuple[Role, ...] = ("cohost", "guest")
INVITED: tuple[InviteRole, ...] = get_args(InviteRole)


@host.get("/invite")
async def invites(chat_id: int) -> Response:
    """Return the links that this member may hand on."""
    seat = await take_seat(chat_id)
    return json(
        InvitesAnswer([_invite(seat, role, key) for role, key in moderation.invites(seat).items()])
    )


@host.post("/invite")
async def replace_invite(chat_id: int) -> Response:
    """Replace a link; the old one is dead at once."""
    seat = await take_seat(chat_id)
    role = _invite_role(body.text(await body.read(request), "role"))
    return json(_invite(seat, role, await moderation.replace_invite(seat, role)))


@host.get("/invite/qr")
async def draw_invite(chat_id: int) -> Response:
    """Return a link that this member may hand on as a picture."""
    seat = await take_seat(chat_id)
    role = _invite_role(request.args.get("role"))
    limits().check_qr_code(seat)
    return json(QrAnswer(role, qr.svg(link_for(chat_id, moderation.invite(seat, role)))))


@host.put("/members/<chat_id:member_id>")
async def set_role(chat_id: int, member_id: int) -> Response:
    """Name a co-host, or take it back."""
    seat = await take_seat(chat_id)
    role = body.text(await body.read(request), "role")
    for known in ASSIGNABLE:
        if role == known:
            await moderation.set_role(seat, member_id, known)
            return _changed(seat)
    raise InvalidRequest("role must be cohost or guest.")


@host.delete("/members/<chat_id:member_id>")
async def remove(chat_id: int, member_id: int) -> Response:
    """Remove a member, or leave."""
    seat = await take_seat(chat_id)
    await moderation.remove(seat, member_id)
    return json(GoneAnswer()) if member_id == seat.member.member_id else _changed(seat)


@host.delete("/messages/<chat_id:id_>")
async def delete_message(chat_id: int, id_: int) -> Response:
    """Take a message back."""
    seat = await take_seat(chat_id)
    await moderation.delete_message(seat, id_)
    return _changed(seat)


@host.delete("")
async def burn(chat_id: int) -> Response:
    """Delete the chat with all that belongs to it."""
    await moderation.burn(party(), await take_seat(chat_id))
    return json(GoneAnswer())


@host.put("/topic")
async def set_topic(chat_id: int) -> Response:
    """Say what is being watched."""
    seat = await take_seat(chat_id)
    topic = body.text(await body.read(request), "topic")
    if topic is None:
        raise InvalidRequest("topic is required.")
    await moderation.set_topic(seat, validation.topic(topic))
    return _changed(seat)


def _invite_role(said: str | None) -> InviteRole:
    for known in INVITED:
        if (said or "guest") == known:
            return known
    raise InvalidRequest("role must be guest or viewer.")


def _invite(seat: Seat, role: InviteRole, magic_key: str) -> InviteAnswer:
    return InviteAnswer(role, magic_key, link_for(seat.chat.chat_id, magic_key))


def _changed(seat: Seat) -> Response:
    return json(ChangeAnswer(seat.chat.standing.rev, seat.chat.state))

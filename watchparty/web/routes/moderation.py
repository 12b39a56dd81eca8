"""What members change about a chat: links, members, messages, the topic, its end."""

from typing import get_args

from quart import Blueprint, Response, request

from watchparty.party import validation
from watchparty.party.changes import (
    DeleteMessage,
    Expel,
    Leave,
    ReplaceInvite,
    SetRole,
    SetTopic,
)
from watchparty.party.errors import InvalidRequest, NotAllowed
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

moderation = Blueprint("moderation", __name__, url_prefix="/<chat_id:chat_id>")

ASSIGNABLE: tuple[Role, ...] = ("cohost", "guest")
INVITED: tuple[InviteRole, ...] = get_args(InviteRole)


@moderation.get("/invite")
async def invites(chat_id: int) -> Response:
    """Return the links that this member may pass on."""
    seat = await take_seat(chat_id)
    return json(InvitesAnswer([_invite(chat_id, *item) for item in _visible_invites(seat).items()]))


@moderation.post("/invite")
async def replace_invite(chat_id: int) -> Response:
    """Replace a link; the old one stops working at once."""
    seat = await take_seat(chat_id)
    change = ReplaceInvite(_invite_role(body.text(await body.read(request), "role")))
    await seat.chat.change(seat.member, change)
    return json(_invite(chat_id, change.role, change.magic_key))


@moderation.get("/invite/qr")
async def invite_qr(chat_id: int) -> Response:
    """Return a link that this member may pass on, as a QR code."""
    seat = await take_seat(chat_id)
    role = _invite_role(request.args.get("role"))
    limits().check_qr_code(seat)
    if role not in _visible_invites(seat):
        raise NotAllowed
    return json(QrAnswer(role, qr.svg(link_for(chat_id, _visible_invites(seat)[role]))))


@moderation.put("/members/<chat_id:member_id>")
async def set_role(chat_id: int, member_id: int) -> Response:
    """Make a member a co-host, or a guest again."""
    seat = await take_seat(chat_id)
    role = _assignable_role(body.text(await body.read(request), "role"))
    member = seat.chat.members.get(member_id)
    change = SetRole(member_id, role, before=member.role if member else None)
    await seat.chat.change(seat.member, change)
    return _changed(seat)


@moderation.delete("/members/<chat_id:member_id>")
async def remove_member(chat_id: int, member_id: int) -> Response:
    """Remove a member, or leave."""
    seat = await take_seat(chat_id)
    member = seat.chat.find_member(member_id)
    if member_id == seat.member.member_id:
        await seat.chat.change(seat.member, Leave())
        return json(GoneAnswer())
    await seat.chat.change(seat.member, Expel(member))
    return _changed(seat)


@moderation.delete("/messages/<chat_id:id_>")
async def delete_message(chat_id: int, id_: int) -> Response:
    """Delete the text of a message."""
    seat = await take_seat(chat_id)
    await seat.chat.change(seat.member, DeleteMessage(seat.chat.find_message(id_)))
    return _changed(seat)


@moderation.delete("")
async def delete_chat(chat_id: int) -> Response:
    """Delete the chat and everything in it."""
    await party().delete_chat(await take_seat(chat_id))
    return json(GoneAnswer())


@moderation.put("/topic")
async def set_topic(chat_id: int) -> Response:
    """Set the topic."""
    seat = await take_seat(chat_id)
    topic = body.text(await body.read(request), "topic")
    if topic is None:
        raise InvalidRequest("topic is required.")
    await seat.chat.change(seat.member, SetTopic(validation.topic(topic)))
    return _changed(seat)


def _invite_role(sent: str | None) -> InviteRole:
    for role in INVITED:
        if (sent or "guest") == role:
            return role
    raise InvalidRequest("role must be guest or viewer.")


def _assignable_role(sent: str | None) -> Role:
    for role in ASSIGNABLE:
        if sent == role:
            return role
    raise InvalidRequest("role must be cohost or guest.")


def _visible_invites(seat: Seat) -> dict[InviteRole, str]:
    return seat.chat.state.invites.shown_to(seat.member.role)


def _invite(chat_id: int, role: InviteRole, magic_key: str) -> InviteAnswer:
    return InviteAnswer(role, magic_key, link_for(chat_id, magic_key))


def _changed(seat: Seat) -> Response:
    return json(ChangeAnswer(seat.chat.state.rev, seat.chat.shared_state))

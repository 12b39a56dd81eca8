"""Moderation: the links, members, messages and topic of a chat, and its deletion."""

from typing import get_args

from quart import Blueprint, Response, request

from watchparty.party import validation
from watchparty.party.errors import InvalidRequest, NotAllowed
from watchparty.party.models import InviteRole, Role
from watchparty.party.moderation import (
    Change,
    DeleteMessage,
    Leave,
    RemoveMember,
    ReplaceInvite,
    SetRole,
    SetTopic,
)
from watchparty.party.service import ChatAccess
from watchparty.web.context import authorize, limits, service
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

moderation = Blueprint("moderation", __name__, url_prefix="/<id:chat_id>")

ASSIGNABLE_ROLES: tuple[Role, ...] = ("cohost", "guest")
INVITE_ROLES: tuple[InviteRole, ...] = get_args(InviteRole)


@moderation.get("/invite")
async def invites(chat_id: int) -> Response:
    """Return the links that this member may share."""
    access = await authorize(chat_id)
    answers = [_invite_answer(chat_id, *item) for item in _visible_invites(access).items()]
    return json(InvitesAnswer(answers))


@moderation.post("/invite")
async def replace_invite(chat_id: int) -> Response:
    """Replace a link. The old one stops working at once."""
    access = await authorize(chat_id)
    change = ReplaceInvite(_invite_role(body.text(await body.read(request), "role")))
    await _change(access, change)
    return json(_invite_answer(chat_id, change.role, change.magic_key))


@moderation.get("/invite/qr")
async def invite_qr(chat_id: int) -> Response:
    """Return a link that this member may share, as a QR code."""
    access = await authorize(chat_id)
    role = _invite_role(request.args.get("role"))
    limits().charge_qr_code(access)
    magic_key = _visible_invites(access).get(role)
    if magic_key is None:
        raise NotAllowed
    return json(QrAnswer(role, qr.svg(link_for(chat_id, magic_key))))


@moderation.put("/members/<id:member_id>")
async def set_role(chat_id: int, member_id: int) -> Response:
    """Make a member a co-host, or a guest again."""
    access = await authorize(chat_id)
    role = _assignable_role(body.text(await body.read(request), "role"))
    member = access.chat.members.get(member_id)
    change = SetRole(member_id, role, before=member.role if member else None)
    await _change(access, change)
    return _change_answer(access)


@moderation.delete("/members/<id:member_id>")
async def remove_member(chat_id: int, member_id: int) -> Response:
    """Remove a member, or leave."""
    access = await authorize(chat_id)
    member = access.chat.find_member(member_id)
    if member_id == access.member.member_id:
        await _change(access, Leave())
        return json(GoneAnswer())
    await _change(access, RemoveMember(member))
    return _change_answer(access)


@moderation.delete("/messages/<id:id_>")
async def delete_message(chat_id: int, id_: int) -> Response:
    """Delete the text of a message."""
    access = await authorize(chat_id)
    await _change(access, DeleteMessage(access.chat.find_message(id_)))
    return _change_answer(access)


@moderation.delete("")
async def delete_chat(chat_id: int) -> Response:
    """Delete the chat and everything in it."""
    await service().delete_chat(await authorize(chat_id))
    return json(GoneAnswer())


@moderation.put("/topic")
async def set_topic(chat_id: int) -> Response:
    """Set the topic."""
    access = await authorize(chat_id)
    topic = body.text(await body.read(request), "topic")
    if topic is None:
        raise InvalidRequest("topic is required.")
    await _change(access, SetTopic(validation.topic(topic)))
    return _change_answer(access)


async def _change(access: ChatAccess, change: Change) -> None:
    await access.chat.change(access.member, change, limits().change_check(access))


def _invite_role(sent: str | None) -> InviteRole:
    for role in INVITE_ROLES:
        if (sent or "guest") == role:
            return role
    raise InvalidRequest("role must be guest or viewer.")


def _assignable_role(sent: str | None) -> Role:
    for role in ASSIGNABLE_ROLES:
        if sent == role:
            return role
    raise InvalidRequest("role must be cohost or guest.")


def _visible_invites(access: ChatAccess) -> dict[InviteRole, str]:
    return access.chat.state.invites.visible_to(access.member.role)


def _invite_answer(chat_id: int, role: InviteRole, magic_key: str) -> InviteAnswer:
    return InviteAnswer(role, magic_key, link_for(chat_id, magic_key))


def _change_answer(access: ChatAccess) -> Response:
    return json(ChangeAnswer(access.chat.state.rev, access.chat.shared_state))

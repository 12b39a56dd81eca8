"""The transactions of several statements: create a chat, join it, change it.

They check roles again: since the request came in, the actor may have been removed, or have
another role now.
"""

from typing import assert_never

from aiosqlite import Connection
from msgspec.structs import replace

from watchparty.party.errors import ChatFull, Forbidden, InvalidInvite, NotFound
from watchparty.party.models import (
    ChatState,
    Created,
    InviteRole,
    Invites,
    Joined,
    Member,
    NewChat,
    NewUser,
    Session,
    User,
)
from watchparty.party.moderation import (
    Change,
    DeleteMessage,
    Leave,
    RemoveMember,
    ReplaceInvite,
    SetRole,
    SetTopic,
)
from watchparty.party.store import RateCheck
from watchparty.storage.queries import chats, idempotency, members, messages, users


async def add_chat(
    db: Connection, chat: NewChat, credential: bytes, check_rate: RateCheck
) -> Created | None:
    """Add a chat and its host, or find the chat that the same key created."""
    chat_id = None if chat.key is None else await idempotency.find_chat(db, chat)
    if chat_id is None:
        if chat.key is not None:
            check_rate()
        if not await chats.insert_chat(db, chat):
            return None
        chat_id = chat.chat_id
        await members.insert_member(db, chat_id, chat.host, "host")
        if chat.key is not None:
            await idempotency.insert_chat(db, chat, chat.key)
    host = await members.select_member(db, chat_id, chat.host.user_id)
    if host is None:
        raise Forbidden
    ended = await members.insert_session(db, credential, Session(chat_id, host.member_id))
    return Created(chat_id, ended)


async def add_member(
    db: Connection,
    chat_id: int,
    user: User | NewUser,
    magic_key: str,
    credential: bytes,
    members_max: int | None,
) -> Joined:
    """Add a user who has a magic key, or only a session if they are a member already."""
    member = None
    if isinstance(user, User):
        member = await members.select_member(db, chat_id, user.user_id)
    if member is None:
        role = await _role_of(db, chat_id, magic_key)
        if isinstance(user, NewUser):
            user = await users.insert_user(db, user.credential, user.username)
        await members.insert_member(db, chat_id, user, role, members_max)
        member = await members.select_member(db, chat_id, user.user_id)
        if member is None:
            raise ChatFull
    elif member.role == "viewer":
        member = await _raise_role(db, chat_id, member, magic_key)
    ended = await members.insert_session(db, credential, Session(chat_id, member.member_id))
    return Joined(member, await _state(db, chat_id), ended)


async def change(db: Connection, chat_id: int, actor: Member, change: Change) -> ChatState:
    """Make a change if the actor still has their role, and return the new state of the chat."""
    await members.require_role(db, chat_id, actor)
    match change:
        case ReplaceInvite(role, magic_key):
            await chats.update_invite(db, chat_id, role, magic_key)
        case SetTopic(topic):
            await chats.update_topic(db, chat_id, topic)
        case SetRole(member_id, role, before):
            await members.update_role(db, chat_id, member_id, role, before)
        case RemoveMember(member, invites):
            await members.delete_member(db, chat_id, member)
            await _replace_invites(db, chat_id, invites)
        case Leave():
            await _leave(db, chat_id, actor)
        case DeleteMessage(message):
            await messages.blank_message(db, chat_id, message.id)
        case _:
            assert_never(change)
    return await _state(db, chat_id)


async def delete_chat(db: Connection, chat_id: int, actor: Member) -> None:
    """Delete a chat if the actor still has their role."""
    await members.require_role(db, chat_id, actor)
    await chats.delete_chat(db, chat_id)


async def _leave(db: Connection, chat_id: int, member: Member) -> None:
    if member.role == "host":
        await members.promote_oldest_cohost(db, chat_id)
    await members.delete_member(db, chat_id, member)


async def _replace_invites(db: Connection, chat_id: int, invites: Invites) -> None:
    await chats.update_invite(db, chat_id, "guest", invites.guest)
    await chats.update_invite(db, chat_id, "viewer", invites.viewer)


async def _raise_role(db: Connection, chat_id: int, member: Member, magic_key: str) -> Member:
    """Make a viewer who brings the guests' key a guest."""
    invites = await chats.select_invites(db, chat_id)
    if invites is None or invites.role_of(magic_key) != "guest":
        return member
    await members.update_role(db, chat_id, member.member_id, "guest", member.role)
    return replace(member, role="guest")


async def _role_of(db: Connection, chat_id: int, magic_key: str) -> InviteRole:
    """Return the role that a magic key grants now. Raises InvalidInvite."""
    invites = await chats.select_invites(db, chat_id)
    role = None if invites is None else invites.role_of(magic_key)
    if role is None:
        raise InvalidInvite
    return role


async def _state(db: Connection, chat_id: int) -> ChatState:
    state = await chats.select_state(db, chat_id)
    if state is None:
        raise NotFound
    return state

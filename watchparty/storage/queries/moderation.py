"""SQL of who is in a chat and what they change; the schema's triggers count the revisions.

Roles are checked again in the transaction: since the request came in, the actor may have been
removed, or have another role now.
"""

from typing import Any, assert_never

from aiosqlite import Connection

from watchparty.party.changes import (
    Change,
    DeleteMessage,
    Expel,
    Leave,
    ReplaceInvite,
    SetRole,
    SetTopic,
)
from watchparty.party.errors import ChatFull, Forbidden, InvalidInvite, NoSuccessor, NotFound
from watchparty.party.models import InviteRole, Invites, Member, Role, Session, Standing, User
from watchparty.storage.queries import chats

INVITE_COLUMNS: dict[InviteRole, str] = {"guest": "magic_key", "viewer": "viewer_key"}


async def add_member(
    db: Connection, chat_id: int, user: User, magic_key: str, credential: bytes, most: int | None
) -> tuple[Member, Standing]:
    """Let somebody in who holds a passphrase, or give a member one more session."""
    member = await chats.select_member(db, chat_id, user.user_id)
    if member is None:
        role = await _role_of(db, chat_id, magic_key)
        await chats.insert_member(db, chat_id, user, role, most)
        member = await chats.select_member(db, chat_id, user.user_id)
    if member is None:
        raise ChatFull
    await chats.insert_session(db, credential, Session(chat_id, member.member_id))
    return member, await _standing(db, chat_id)


async def change(db: Connection, chat_id: int, actor: Member, change: Change) -> Standing:
    """Make a change if `actor` still has their role, and return what the chat is then."""
    await _require_role(db, chat_id, actor)
    match change:
        case ReplaceInvite(role, magic_key):
            await _replace_invite(db, chat_id, role, magic_key)
        case SetTopic(topic):
            await _set_topic(db, chat_id, topic)
        case SetRole(member_id, role, before):
            await _set_role(db, chat_id, member_id, role, before)
        case Expel(member, invites):
            await _expel(db, chat_id, member, invites)
        case Leave():
            await _leave(db, chat_id, actor)
        case DeleteMessage(message):
            await _delete_message(db, chat_id, message.id)
        case _:
            assert_never(change)
    return await _standing(db, chat_id)


async def delete_chat(db: Connection, chat_id: int, actor: Member) -> None:
    """Delete a chat, and with it everything that belongs to it (by the foreign keys)."""
    await _require_role(db, chat_id, actor)
    await db.execute_fetchall("DELETE FROM chats WHERE chat_id = ?", (chat_id,))


async def _replace_invite(db: Connection, chat_id: int, role: InviteRole, magic_key: str) -> None:
    column = INVITE_COLUMNS[role]
    sql = f"UPDATE chats SET {column} = ?, links = links + 1 WHERE chat_id = ?"  # noqa: S608
    await db.execute_fetchall(sql, (magic_key, chat_id))


async def _set_topic(db: Connection, chat_id: int, topic: str) -> None:
    await db.execute_fetchall("UPDATE chats SET topic = ? WHERE chat_id = ?", (topic, chat_id))


async def _set_role(
    db: Connection, chat_id: int, member_id: int, role: Role, before: Role | None
) -> None:
    await _execute_or_raise(
        db,
        "UPDATE members SET role = ? WHERE chat_id = ? AND member_id = ? AND role = ? RETURNING 1",
        (role, chat_id, member_id, before),
    )


async def _expel(db: Connection, chat_id: int, member: Member, invites: Invites) -> None:
    await _delete_member(db, chat_id, member)
    for role in INVITE_COLUMNS:
        await _replace_invite(db, chat_id, role, getattr(invites, role))


async def _leave(db: Connection, chat_id: int, member: Member) -> None:
    if member.role == "host":
        await _promote_oldest_cohost(db, chat_id)
    await _delete_member(db, chat_id, member)


async def _promote_oldest_cohost(db: Connection, chat_id: int) -> None:
    await _execute_or_raise(
        db,
        "UPDATE members SET role = 'host' WHERE chat_id = ?1 AND member_id ="
        " (SELECT min(member_id) FROM members WHERE chat_id = ?1 AND role = 'cohost')"
        " RETURNING 1",
        (chat_id,),
        NoSuccessor,
    )


async def _delete_member(db: Connection, chat_id: int, member: Member) -> None:
    await _execute_or_raise(
        db,
        "DELETE FROM members WHERE chat_id = ? AND member_id = ? AND role = ? RETURNING 1",
        (chat_id, member.member_id, member.role),
    )


async def _delete_message(db: Connection, chat_id: int, id_: int) -> None:
    await _execute_or_raise(
        db,
        "UPDATE messages SET body = '', deleted = 1 WHERE chat_id = ? AND id = ? RETURNING 1",
        (chat_id, id_),
    )


async def _standing(db: Connection, chat_id: int) -> Standing:
    standing = await chats.select_standing(db, chat_id)
    if standing is None:
        raise NotFound
    return standing


async def _require_role(db: Connection, chat_id: int, actor: Member) -> None:
    """Raise Forbidden unless the actor is still in the chat, in the same role."""
    await _execute_or_raise(
        db,
        "SELECT 1 FROM members WHERE chat_id = ? AND member_id = ? AND role = ?",
        (chat_id, actor.member_id, actor.role),
        Forbidden,
    )


async def _role_of(db: Connection, chat_id: int, magic_key: str) -> InviteRole:
    """Return the role that a magic key grants now. Raises InvalidInvite."""
    invites = await chats.select_invites(db, chat_id)
    role = None if invites is None else invites.role_of(magic_key)
    if role is None:
        raise InvalidInvite
    return role


async def _execute_or_raise(
    db: Connection, sql: str, values: tuple[Any, ...], error: type[Exception] = NotFound
) -> None:
    """Run a statement that returns the rows it found or changed; raise when there are none."""
    if not list(await db.execute_fetchall(sql, values)):
        raise error

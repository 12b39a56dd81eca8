"""SQL of who is in a chat and what they do about it; the schema's triggers count the revisions.

Who acts is asked again in the transaction itself: since their request came in they may have
been removed, or have another role now.
"""

import hmac
from typing import Any

from aiosqlite import Connection

from watchparty.party.errors import ChatFull, Forbidden, InvalidInvite, NoSuccessor, NotFound
from watchparty.party.values import (
    InviteRole,
    Invites,
    Member,
    Role,
    Session,
    Standing,
    User,
)
from watchparty.storage import statements

KEYS: dict[InviteRole, str] = {"guest": "magic_key", "viewer": "viewer_key"}


async def add_member(
    db: Connection, chat_id: int, user: User, magic_key: str, credential: bytes, most: int | None
) -> tuple[Member, Standing]:
    """Let somebody in who holds a passphrase, or give a member one more session."""
    member = await statements.select_member(db, chat_id, user.user_id)
    if member is None:
        role = await _role_of(db, chat_id, magic_key)
        await statements.insert_member(db, chat_id, user, role, most)
        member = await statements.select_member(db, chat_id, user.user_id)
    if member is None:
        raise ChatFull
    await statements.insert_session(db, credential, Session(chat_id, member.member_id))
    return member, await standing(db, chat_id)


async def replace_invite(
    db: Connection, chat_id: int, actor: Member, role: InviteRole, magic_key: str
) -> Standing:
    """Put another passphrase in the place of one."""
    await _ask(db, chat_id, actor)
    await _replace(db, chat_id, role, magic_key)
    return await standing(db, chat_id)


async def set_role(
    db: Connection, chat_id: int, actor: Member, member: Member, role: Role
) -> Standing:
    """Give a member another role."""
    await _ask(db, chat_id, actor)
    await _change(
        db,
        "UPDATE members SET role = ? WHERE chat_id = ? AND member_id = ? AND role = ? RETURNING 1",
        (role, chat_id, member.member_id, member.role),
    )
    return await standing(db, chat_id)


async def set_topic(db: Connection, chat_id: int, actor: Member, topic: str) -> Standing:
    """Say what is being watched."""
    await _ask(db, chat_id, actor)
    await db.execute_fetchall("UPDATE chats SET topic = ? WHERE chat_id = ?", (topic, chat_id))
    return await standing(db, chat_id)


async def expel(
    db: Connection, chat_id: int, actor: Member, member: Member, invites: Invites
) -> Standing:
    """Delete a member with all that is theirs, and replace every link."""
    await _ask(db, chat_id, actor)
    await _delete_member(db, chat_id, member)
    for role in KEYS:
        await _replace(db, chat_id, role, getattr(invites, role))
    return await standing(db, chat_id)


async def leave(db: Connection, chat_id: int, actor: Member) -> Standing:
    """Delete a member at their own wish; a host is followed by the oldest co-host."""
    await _ask(db, chat_id, actor)
    if actor.role == "host":
        await _change(
            db,
            "UPDATE members SET role = 'host' WHERE chat_id = ?1 AND member_id ="
            " (SELECT min(member_id) FROM members WHERE chat_id = ?1 AND role = 'cohost')"
            " RETURNING 1",
            (chat_id,),
            NoSuccessor,
        )
    await _delete_member(db, chat_id, actor)
    return await standing(db, chat_id)


async def delete_message(db: Connection, chat_id: int, actor: Member, id_: int) -> Standing:
    """Delete the text of a message; its id stays used."""
    await _ask(db, chat_id, actor)
    await _change(
        db,
        "UPDATE messages SET body = '', deleted = 1 WHERE chat_id = ? AND id = ? RETURNING 1",
        (chat_id, id_),
    )
    return await standing(db, chat_id)


async def delete_chat(db: Connection, chat_id: int, actor: Member) -> None:
    """Delete a chat, and with it everything that belongs to it (by the foreign keys)."""
    await _ask(db, chat_id, actor)
    await db.execute_fetchall("DELETE FROM chats WHERE chat_id = ?", (chat_id,))


async def standing(db: Connection, chat_id: int) -> Standing:
    """Read what a chat is now, beside its messages."""
    rows = await db.execute_fetchall(
        "SELECT rev, topic, links, magic_key, viewer_key FROM chats WHERE chat_id = ?", (chat_id,)
    )
    for rev, topic, links, *keys in rows:
        members = tuple(await statements.select_members(db, chat_id))
        return Standing(rev, members, topic, links, Invites(*keys))
    raise NotFound


async def _ask(db: Connection, chat_id: int, actor: Member) -> None:
    """Raise Forbidden unless they are still in the chat, in the role in which they act."""
    rows = await db.execute_fetchall(
        "SELECT 1 FROM members WHERE chat_id = ? AND member_id = ? AND role = ?",
        (chat_id, actor.member_id, actor.role),
    )
    if not list(rows):
        raise Forbidden


async def _role_of(db: Connection, chat_id: int, magic_key: str) -> InviteRole:
    """Return what a passphrase makes of its bearer. Raises InvalidInvite."""
    invites = await statements.select_invites(db, chat_id)
    for role in KEYS:
        own = "" if invites is None else getattr(invites, role)
        if own and hmac.compare_digest(own.encode(), magic_key.encode()):
            return role
    raise InvalidInvite


async def _replace(db: Connection, chat_id: int, role: InviteRole, magic_key: str) -> None:
    sql = f"UPDATE chats SET {KEYS[role]} = ?, links = links + 1 WHERE chat_id = ?"  # noqa: S608
    await db.execute_fetchall(sql, (magic_key, chat_id))


async def _delete_member(db: Connection, chat_id: int, member: Member) -> None:
    await _change(
        db,
        "DELETE FROM members WHERE chat_id = ? AND member_id = ? AND role = ? RETURNING 1",
        (chat_id, member.member_id, member.role),
    )


async def _change(
    db: Connection, sql: str, values: tuple[Any, ...], otherwise: type[Exception] = NotFound
) -> None:
    """Run a statement that returns what it touched; raise when that is nothing."""
    if not list(await db.execute_fetchall(sql, values)):
        raise otherwise

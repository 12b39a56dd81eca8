"""SQL of who is in a chat and what they do about it; the schema's triggers count the revisions.

Who acts is asked again in the transaction itself: since their request came in they may have
been removed, or have another role now.
"""

from typing import Any

from aiosqlite import Connection

from watchparty.party.errors import ChatFull, Forbidden, InvalidInvite, NoSuccessor, NotFound
from watchparty.party.models import (
    InviteRole,
    Invites,
    Member,
    Role,
    Session,
    Standing,
    User,
)
from watchparty.storage.group_commit import Work
from watchparty.storage.queries import chats

KEYS: dict[InviteRole, str] = {"guest": "magic_key", "viewer": "viewer_key"}


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


async def act(db: Connection, chat_id: int, actor: Member, deed: Work[None]) -> Standing:
    """Do something about a chat if `actor` still may, and return what the chat is then."""
    await _ask(db, chat_id, actor)
    await deed(db)
    return await _standing(db, chat_id)


async def replace_invite(db: Connection, chat_id: int, role: InviteRole, magic_key: str) -> None:
    """Put another passphrase in the place of one."""
    sql = f"UPDATE chats SET {KEYS[role]} = ?, links = links + 1 WHERE chat_id = ?"  # noqa: S608
    await db.execute_fetchall(sql, (magic_key, chat_id))


async def set_role(db: Connection, chat_id: int, member: Member, role: Role) -> None:
    """Give a member another role."""
    await _change(
        db,
        "UPDATE members SET role = ? WHERE chat_id = ? AND member_id = ? AND role = ? RETURNING 1",
        (role, chat_id, member.member_id, member.role),
    )


async def set_topic(db: Connection, chat_id: int, topic: str) -> None:
    """Say what is being watched."""
    await db.execute_fetchall("UPDATE chats SET topic = ? WHERE chat_id = ?", (topic, chat_id))


async def expel(db: Connection, chat_id: int, member: Member, invites: Invites) -> None:
    """Delete a member with all that is theirs, and replace every link."""
    await _delete_member(db, chat_id, member)
    for role in KEYS:
        await replace_invite(db, chat_id, role, getattr(invites, role))


async def leave(db: Connection, chat_id: int, member: Member) -> None:
    """Delete a member at their own wish; a host is followed by the oldest co-host."""
    if member.role == "host":
        await _change(
            db,
            "UPDATE members SET role = 'host' WHERE chat_id = ?1 AND member_id ="
            " (SELECT min(member_id) FROM members WHERE chat_id = ?1 AND role = 'cohost')"
            " RETURNING 1",
            (chat_id,),
            NoSuccessor,
        )
    await _delete_member(db, chat_id, member)


async def delete_message(db: Connection, chat_id: int, id_: int) -> None:
    """Delete the text of a message; its id stays used."""
    await _change(
        db,
        "UPDATE messages SET body = '', deleted = 1 WHERE chat_id = ? AND id = ? RETURNING 1",
        (chat_id, id_),
    )


async def delete_chat(db: Connection, chat_id: int, actor: Member) -> None:
    """Delete a chat, and with it everything that belongs to it (by the foreign keys)."""
    await _ask(db, chat_id, actor)
    await db.execute_fetchall("DELETE FROM chats WHERE chat_id = ?", (chat_id,))


async def _standing(db: Connection, chat_id: int) -> Standing:
    standing = await chats.select_standing(db, chat_id)
    if standing is None:
        raise NotFound
    return standing


async def _ask(db: Connection, chat_id: int, actor: Member) -> None:
    """Raise Forbidden unless they are still in the chat, in the role in which they act."""
    rows = await db.execute_fetchall(
        "SELECT 1 FROM members WHERE chat_id = ? AND member_id = ? AND role = ?",
        (chat_id, actor.member_id, actor.role),
    )
    if not list(rows):
        raise Forbidden


async def _role_of(db: Connection, chat_id: int, magic_key: str) -> InviteRole:
    """Return what a passphrase makes of its bearer now. Raises InvalidInvite."""
    invites = await chats.select_invites(db, chat_id)
    role = None if invites is None else invites.role_of(magic_key)
    if role is None:
        raise InvalidInvite
    return role


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

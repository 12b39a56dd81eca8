"""SQL of what hosts and members do about a chat; the triggers of the schema count the revisions."""

from typing import Any

from aiosqlite import Connection

from watchparty.party.errors import NotFound
from watchparty.party.values import InviteRole, Invites, Role

KEYS: dict[InviteRole, str] = {"guest": "magic_key", "viewer": "viewer_key"}


async def replace_invite(db: Connection, chat_id: int, role: InviteRole, magic_key: str) -> int:
    """Put another passphrase in the place of one."""
    sql = f"UPDATE chats SET {KEYS[role]} = ?, links = links + 1 WHERE chat_id = ?"  # noqa: S608
    await db.execute_fetchall(sql, (magic_key, chat_id))
    return await _rev(db, chat_id)


async def set_role(db: Connection, chat_id: int, member_id: int, role: Role) -> int:
    """Give a member another role."""
    await _change(
        db,
        "UPDATE members SET role = ? WHERE chat_id = ? AND member_id = ? RETURNING 1",
        (role, chat_id, member_id),
    )
    return await _rev(db, chat_id)


async def set_topic(db: Connection, chat_id: int, topic: str) -> int:
    """Say what is being watched."""
    await db.execute_fetchall("UPDATE chats SET topic = ? WHERE chat_id = ?", (topic, chat_id))
    return await _rev(db, chat_id)


async def remove_member(
    db: Connection, chat_id: int, member_id: int, invites: Invites | None, heir: int | None
) -> int:
    """Delete a member, and with them their sessions and keys (by the foreign keys)."""
    await _change(
        db,
        "DELETE FROM members WHERE chat_id = ? AND member_id = ? RETURNING 1",
        (chat_id, member_id),
    )
    if invites is not None:
        for role in KEYS:
            await replace_invite(db, chat_id, role, getattr(invites, role))
    if heir is not None:
        await set_role(db, chat_id, heir, "host")
    return await _rev(db, chat_id)


async def delete_message(db: Connection, chat_id: int, id_: int) -> int:
    """Delete the text of a message; its id stays used."""
    await _change(
        db,
        "UPDATE messages SET body = '', deleted = 1 WHERE chat_id = ? AND id = ? RETURNING 1",
        (chat_id, id_),
    )
    return await _rev(db, chat_id)


async def delete_chat(db: Connection, chat_id: int) -> None:
    """Delete a chat, and with it everything that belongs to it (by the foreign keys)."""
    await db.execute_fetchall("DELETE FROM chats WHERE chat_id = ?", (chat_id,))


async def scrub(db: Connection) -> None:
    """Take what was deleted out of the write-ahead log, too; the file itself is overwritten."""
    await db.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")


async def _change(db: Connection, sql: str, values: tuple[Any, ...]) -> None:
    """Run a statement that returns what it touched. Raises NotFound, before any change."""
    if not list(await db.execute_fetchall(sql, values)):
        raise NotFound


async def _rev(db: Connection, chat_id: int) -> int:
    rows = await db.execute_fetchall("SELECT rev FROM chats WHERE chat_id = ?", (chat_id,))
    for (rev,) in rows:
        return int(rev)
    raise NotFound

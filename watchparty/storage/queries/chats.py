"""SQL for chats; the schema's triggers count their revisions."""

from aiosqlite import Connection

from watchparty.party import timestamps
from watchparty.party.models import ChatRecord, ChatState, InviteRole, Invites, NewChat
from watchparty.storage.queries.members import select_members
from watchparty.storage.queries.messages import select_messages

INVITE_COLUMNS: dict[InviteRole, str] = {"guest": "magic_key", "viewer": "viewer_key"}


async def insert_chat(db: Connection, chat: NewChat) -> bool:
    """Add a chat. Returns False when its id is taken."""
    now = timestamps.now()
    rows = await db.execute_fetchall(
        "INSERT INTO chats (chat_id, magic_key, viewer_key, created_at, active_at)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (chat_id) DO NOTHING RETURNING chat_id",
        (chat.chat_id, chat.invites.guest, chat.invites.viewer, now, now),
    )
    return bool(list(rows))


async def select_chat(db: Connection, chat_id: int) -> ChatRecord | None:
    """Return a chat with its members and messages."""
    state = await select_state(db, chat_id)
    if state is None:
        return None
    [(last_id, active_at)] = await db.execute_fetchall(
        "SELECT last_id, active_at FROM chats WHERE chat_id = ?", (chat_id,)
    )
    messages = tuple(await select_messages(db, chat_id))
    return ChatRecord(chat_id, state, last_id, active_at, messages)


async def select_state(db: Connection, chat_id: int) -> ChatState | None:
    """Return everything about a chat but its messages."""
    rows = await db.execute_fetchall(
        "SELECT rev, topic, links, magic_key, viewer_key FROM chats WHERE chat_id = ?",
        (chat_id,),
    )
    for rev, topic, links, *keys in rows:
        members = tuple(await select_members(db, chat_id))
        return ChatState(rev, members, topic, links, Invites(*keys))
    return None


async def select_invites(db: Connection, chat_id: int) -> Invites | None:
    """Return the magic keys of a chat."""
    rows = await db.execute_fetchall(
        "SELECT magic_key, viewer_key FROM chats WHERE chat_id = ?", (chat_id,)
    )
    return next((Invites(*row) for row in rows), None)


async def update_invite(db: Connection, chat_id: int, role: InviteRole, magic_key: str) -> None:
    """Replace one magic key."""
    column = INVITE_COLUMNS[role]
    sql = f"UPDATE chats SET {column} = ?, links = links + 1 WHERE chat_id = ?"  # noqa: S608
    await db.execute_fetchall(sql, (magic_key, chat_id))


async def update_topic(db: Connection, chat_id: int, topic: str) -> None:
    """Set the topic."""
    await db.execute_fetchall("UPDATE chats SET topic = ? WHERE chat_id = ?", (topic, chat_id))


async def delete_chat(db: Connection, chat_id: int) -> None:
    """Delete a chat, and by the foreign keys everything in it."""
    await db.execute_fetchall("DELETE FROM chats WHERE chat_id = ?", (chat_id,))

"""SQL for messages; the schema's triggers delete those that are older than the newest 30."""

from aiosqlite import Connection
from msgspec import UNSET

from watchparty.party import clock
from watchparty.party.errors import NotFound
from watchparty.party.models import Member, Message
from watchparty.party.validation import Draft
from watchparty.storage.queries.rows import fetch_rows, require_rows


async def insert_message(
    db: Connection, chat_id: int, author: Member, draft: Draft
) -> Message | None:
    """Add a message under the next id of its chat; None when there is no such chat or member."""
    now = clock.now()
    rows = await fetch_rows(
        db,
        "INSERT INTO messages (chat_id, id, member_id, username, body, created_at, key)"
        " SELECT chat_id, last_id + 1, member_id, ?, ?, ?, ?"
        " FROM chats JOIN members USING (chat_id)"
        " WHERE chat_id = ? AND member_id = ? RETURNING id",
        (author.username, draft.body, now, draft.key, chat_id, author.member_id),
    )
    for (id_,) in rows:
        return _message(id_, author.username, author.member_id, draft.body, now, draft.key)
    return None


async def select_messages(db: Connection, chat_id: int) -> list[Message]:
    """Return the messages of a chat, oldest first."""
    rows = await fetch_rows(
        db,
        "SELECT id, username, member_id, body, created_at, key, deleted FROM messages"
        " WHERE chat_id = ? ORDER BY id",
        (chat_id,),
    )
    return [_message(*row) for row in rows]


async def blank_message(db: Connection, chat_id: int, id_: int) -> None:
    """Delete the text of a message. Raises NotFound when it has left the window."""
    await require_rows(
        db,
        "UPDATE messages SET body = '', deleted = 1 WHERE chat_id = ? AND id = ? RETURNING 1",
        (chat_id, id_),
        NotFound,
    )


def _message(
    id_: int,
    username: str,
    member_id: int,
    body: str,
    created_at: int,
    key: str | None,
    deleted: int = 0,
) -> Message:
    when = clock.rfc3339(created_at)
    return Message(id_, username, member_id, body, when, key or UNSET, bool(deleted) or UNSET)

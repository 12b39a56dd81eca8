"""SQL for messages; the schema's triggers delete all but the newest 30."""

from aiosqlite import Connection
from msgspec import UNSET

from watchparty.party import timestamps
from watchparty.party.errors import Forbidden, NotFound
from watchparty.party.models import AppendResult, Member, Message
from watchparty.party.store import RateCheck
from watchparty.party.validation import Draft
from watchparty.storage.queries import idempotency
from watchparty.storage.queries.require_rows import require_rows


async def append_message(
    db: Connection, chat_id: int, author: Member, draft: Draft, check_rate: RateCheck
) -> AppendResult:
    """Add a message, or find the one that was stored with the same key."""
    if draft.key is not None:
        stored = await idempotency.find_message(db, chat_id, author, draft)
        if stored is not None:
            return AppendResult(stored, replayed=True)
        check_rate()
    message = await _insert(db, chat_id, author, draft)
    if message is None:
        raise Forbidden
    if draft.key is not None:
        await idempotency.insert_message(db, chat_id, message, draft.key)
    return AppendResult(message)


async def select_messages(db: Connection, chat_id: int) -> list[Message]:
    """Return the messages of a chat, oldest first."""
    rows = await db.execute_fetchall(
        "SELECT id, username, member_id, body, created_at, key, deleted FROM messages"
        " WHERE chat_id = ? ORDER BY id",
        (chat_id,),
    )
    return [_message(*row) for row in rows]


async def blank_message(db: Connection, chat_id: int, id_: int) -> None:
    """Delete the text of a message. Raises NotFound when it has left the window.

    Its key goes, too: with it, the stored digest of the text would let one test guesses.
    """
    await require_rows(
        db,
        "UPDATE messages SET body = '', key = NULL, deleted = 1"
        " WHERE chat_id = ? AND id = ? RETURNING 1",
        (chat_id, id_),
        NotFound,
    )


async def _insert(db: Connection, chat_id: int, author: Member, draft: Draft) -> Message | None:
    """Add a message under the next id of its chat. Returns None when there is no such member."""
    now = timestamps.now()
    rows = await db.execute_fetchall(
        "INSERT INTO messages (chat_id, id, member_id, username, body, created_at, key)"
        " SELECT chat_id, last_id + 1, member_id, ?, ?, ?, ?"
        " FROM chats JOIN members USING (chat_id)"
        " WHERE chat_id = ? AND member_id = ? RETURNING id",
        (author.username, draft.body, now, draft.key, chat_id, author.member_id),
    )
    for (id_,) in rows:
        return _message(id_, author.username, author.member_id, draft.body, now, draft.key)
    return None


def _message(
    id_: int,
    username: str,
    member_id: int,
    body: str,
    created_at: int,
    key: str | None,
    deleted: int = 0,
) -> Message:
    when = timestamps.rfc3339(created_at)
    return Message(id_, username, member_id, body, when, key or UNSET, bool(deleted) or UNSET)

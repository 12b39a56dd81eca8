"""SQL for idempotency keys, which identify repeated requests.

Only hashes of the key and the text are stored: the file must not reveal messages that have left
the window.
"""

import hmac
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from aiosqlite import Connection

from watchparty.party import timestamps
from watchparty.party.errors import KeyReused
from watchparty.party.models import Member, Message, NewChat
from watchparty.party.validation import Draft

KEY_LIFETIME_MS = 24 * 60 * 60 * 1000  # the schema's triggers delete older keys


async def find_message(
    db: Connection, chat_id: int, author: Member, draft: Draft
) -> Message | None:
    """Return the message that was stored with this draft's key, if any.

    Raises KeyReused when that message has another text.
    """
    rows = await _unexpired(
        db,
        "SELECT digest, id, created_at FROM message_keys"
        " WHERE chat_id = ? AND member_id = ? AND key_hash = ? AND created_at > ?",
        (chat_id, author.member_id, _hash(draft.key)),
    )
    for digest, id_, created_at in rows:
        _check_digest(digest, draft.key, draft.body)
        when = timestamps.rfc3339(created_at)
        return Message(id_, author.username, author.member_id, draft.body, when)
    return None


async def insert_message(db: Connection, chat_id: int, message: Message, key: str) -> None:
    """Store the key of a message."""
    await db.execute_fetchall(
        "INSERT OR REPLACE INTO message_keys"
        " SELECT chat_id, member_id, ?, ?, id, created_at FROM messages"
        " WHERE chat_id = ? AND id = ?",
        (_hash(key), _digest(key, message.body), chat_id, message.id),
    )


async def find_chat(db: Connection, chat: NewChat) -> int | None:
    """Return the id of the chat that was created with this key, if its host is still in it.

    A chat that they have left is to them like one that was deleted.

    Raises KeyReused when that request had other content.
    """
    rows = await _unexpired(
        db,
        "SELECT digest, chat_id FROM chat_keys JOIN members USING (chat_id, user_id)"
        " WHERE user_id = ? AND key_hash = ? AND created_at > ?",
        (chat.host.user_id, _hash(chat.key)),
    )
    for digest, chat_id in rows:
        _check_digest(digest, chat.key, chat.requested_name)
        return int(chat_id)
    return None


async def insert_chat(db: Connection, chat: NewChat, key: str) -> None:
    """Store the key of a new chat."""
    digest = _digest(key, chat.requested_name)
    await db.execute_fetchall(
        "INSERT OR REPLACE INTO chat_keys VALUES (?, ?, ?, ?, ?)",
        (chat.host.user_id, _hash(key), digest, chat.chat_id, timestamps.now()),
    )


async def _unexpired(db: Connection, sql: str, values: tuple[Any, ...]) -> Iterable[Any]:
    return await db.execute_fetchall(sql, (*values, timestamps.now() - KEY_LIFETIME_MS))


def _hash(key: str | None) -> bytes:
    return sha256((key or "").encode()).digest()


def _digest(key: str, text: str) -> bytes:
    return hmac.digest(key.encode(), text.encode(), "sha256")


def _check_digest(digest: bytes, key: str | None, text: str) -> None:
    if not hmac.compare_digest(digest, _digest(key or "", text)):
        raise KeyReused

"""SQL for idempotency keys: what a repeated request is answered from.

Neither the key nor the text is kept here, only hashes: whoever reads the file can't tell
what a message said that has left the window.
"""

import hmac
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from aiosqlite import Connection

from watchparty.party import clock
from watchparty.party.errors import KeyReused
from watchparty.party.models import Member, Message, Start
from watchparty.party.validation import Draft

LIFE = 24 * 60 * 60 * 1000  # milliseconds; the triggers of the schema bury what is older


async def find_message(
    db: Connection, chat_id: int, author: Member, draft: Draft
) -> Message | None:
    """Return the message that this draft's key was used for, if any.

    Raises KeyReused when it was another message.
    """
    rows = await _alive(
        db,
        "SELECT digest, id, created_at FROM message_keys"
        " WHERE chat_id = ? AND member_id = ? AND key_hash = ? AND created_at > ?",
        (chat_id, author.member_id, _hash(draft.key)),
    )
    for digest, id_, created_at in rows:
        _check(digest, draft.key, draft.body)
        when = clock.rfc3339(created_at)
        return Message(id_, author.username, author.member_id, draft.body, when)
    return None


async def insert_message(db: Connection, chat_id: int, message: Message, key: str) -> None:
    """Remember what the key was used for, in the message's own transaction."""
    await db.execute_fetchall(
        "INSERT OR REPLACE INTO message_keys"
        " SELECT chat_id, member_id, ?, ?, id, created_at FROM messages"
        " WHERE chat_id = ? AND id = ?",
        (_hash(key), _digest(key, message.body), chat_id, message.id),
    )


async def find_chat(db: Connection, start: Start) -> int | None:
    """Return the chat that this start's key was used for, if any.

    Raises KeyReused when it was asked for in other words.
    """
    rows = await _alive(
        db,
        "SELECT digest, chat_id FROM chat_keys"
        " WHERE user_id = ? AND key_hash = ? AND created_at > ?",
        (start.host.user_id, _hash(start.key)),
    )
    for digest, chat_id in rows:
        _check(digest, start.key, start.asked)
        return int(chat_id)
    return None


async def insert_chat(db: Connection, start: Start, key: str) -> None:
    """Remember what the key was used for, in the chat's own transaction."""
    await db.execute_fetchall(
        "INSERT OR REPLACE INTO chat_keys VALUES (?, ?, ?, ?, ?)",
        (start.host.user_id, _hash(key), _digest(key, start.asked), start.chat_id, clock.now()),
    )


async def _alive(db: Connection, sql: str, values: tuple[Any, ...]) -> Iterable[Any]:
    return await db.execute_fetchall(sql, (*values, clock.now() - LIFE))


def _hash(key: str | None) -> bytes:
    return sha256((key or "").encode()).digest()


def _digest(key: str, text: str) -> bytes:
    return hmac.digest(key.encode(), text.encode(), "sha256")


def _check(digest: bytes, key: str | None, text: str) -> None:
    if not hmac.compare_digest(digest, _digest(key or "", text)):
        raise KeyReused

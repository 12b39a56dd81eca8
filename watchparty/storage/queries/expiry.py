"""SQL that deletes expired data in small batches."""

import time

from aiosqlite import Connection

from watchparty.party import timestamps
from watchparty.storage.queries.idempotency import KEY_LIFETIME_MS

BATCH_ROWS = 500  # users, and keys of each kind
BATCH_SECONDS = 0.01  # for chats with all their rows; other requests wait meanwhile
USER_LIFETIME_MS = 90 * 24 * 60 * 60 * 1000  # of users who are in no chat


async def delete_idle_chats(db: Connection, before: int) -> list[int]:
    """Delete some chats in which nothing happened since `before` (milliseconds since 1970).

    One by one, because one may have a thousand times the rows of another.
    """
    deleted: list[int] = []
    began = time.monotonic()
    while time.monotonic() - began < BATCH_SECONDS:
        rows = await db.execute_fetchall(
            "DELETE FROM chats WHERE chat_id ="
            " (SELECT chat_id FROM chats WHERE active_at <= ? ORDER BY active_at LIMIT 1)"
            " RETURNING chat_id",
            (before,),
        )
        if not rows:
            break
        deleted += [chat_id for (chat_id,) in rows]
    return deleted


async def delete_absent_users(db: Connection) -> None:
    """Delete users who have been in no chat for 90 days."""
    await db.execute_fetchall(
        "DELETE FROM users WHERE user_id IN (SELECT user_id FROM users WHERE active_at <= ?"
        " AND NOT EXISTS (SELECT 1 FROM members WHERE members.user_id = users.user_id)"
        " ORDER BY active_at LIMIT ?)",
        (timestamps.now() - USER_LIFETIME_MS, BATCH_ROWS),
    )


async def delete_expired_keys(db: Connection) -> None:
    """Delete expired idempotency keys: the triggers do so only when keys are added."""
    for table, key in (
        ("message_keys", "chat_id, member_id, key_hash"),
        ("chat_keys", "user_id, key_hash"),
    ):
        await db.execute_fetchall(
            f"DELETE FROM {table} WHERE ({key}) IN"  # noqa: S608  (both from the lines above)
            f" (SELECT {key} FROM {table} WHERE created_at <= ? ORDER BY created_at LIMIT ?)",
            (timestamps.now() - KEY_LIFETIME_MS, BATCH_ROWS),
        )

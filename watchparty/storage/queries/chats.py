"""All SQL, one function per statement, in and out in the product's own values."""

from collections.abc import Iterable
from functools import lru_cache
from sys import intern
from typing import Any

from aiosqlite import Connection
from msgspec import UNSET

from watchparty.party import clock
from watchparty.party.models import (
    ChatRecord,
    Invites,
    Member,
    Message,
    Role,
    Session,
    Standing,
    Start,
    User,
)
from watchparty.party.validation import Draft

Row = tuple[Any, ...]

MEMBERS_SHARED = 10_000  # about 250 bytes each


async def insert_user(db: Connection, credential: bytes, username: str) -> User:
    """Keep a new user."""
    [(user_id,)] = await _rows(
        db,
        "INSERT INTO users (credential, username, created_at) VALUES (?, ?, ?) RETURNING user_id",
        (credential, username, clock.now()),
    )
    return User(user_id, username)


async def update_username(db: Connection, user_id: int, username: str) -> None:
    """Rename a user."""
    await _rows(db, "UPDATE users SET username = ? WHERE user_id = ?", (username, user_id))


async def select_holder(db: Connection, credential: bytes) -> Session | User | None:
    """Find what a credential stands for; the same two look-ups whatever it is."""
    rows = await _rows(
        db,
        "SELECT 'session', chat_id, member_id FROM sessions WHERE credential = ?1"
        " UNION ALL SELECT 'user', user_id, username FROM users WHERE credential = ?1",
        (credential,),
    )
    for kind, *holder in rows:
        return Session(*holder) if kind == "session" else User(*holder)
    return None


async def insert_chat(db: Connection, start: Start) -> bool:
    """Keep a new chat; False when the id is taken."""
    now = clock.now()
    rows = await _rows(
        db,
        "INSERT INTO chats (chat_id, magic_key, viewer_key, created_at, active_at)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (chat_id) DO NOTHING RETURNING chat_id",
        (start.chat_id, start.invites.guest, start.invites.viewer, now, now),
    )
    return bool(rows)


async def select_chat(db: Connection, chat_id: int) -> ChatRecord | None:
    """Read a chat whole."""
    standing = await select_standing(db, chat_id)
    if standing is None:
        return None
    [(last_id, active_at)] = await _rows(
        db, "SELECT last_id, active_at FROM chats WHERE chat_id = ?", (chat_id,)
    )
    messages = tuple(await select_messages(db, chat_id))
    return ChatRecord(chat_id, standing, last_id, active_at, messages)


async def select_standing(db: Connection, chat_id: int) -> Standing | None:
    """Read what a chat is now, beside its messages."""
    rows = await _rows(
        db,
        "SELECT rev, topic, links, magic_key, viewer_key FROM chats WHERE chat_id = ?",
        (chat_id,),
    )
    for rev, topic, links, *keys in rows:
        members = tuple(await select_members(db, chat_id))
        return Standing(rev, members, topic, links, Invites(*keys))
    return None


async def select_invites(db: Connection, chat_id: int) -> Invites | None:
    """Find the passphrases of a chat."""
    rows = await _rows(db, "SELECT magic_key, viewer_key FROM chats WHERE chat_id = ?", (chat_id,))
    return next((Invites(*row) for row in rows), None)


async def insert_member(
    db: Connection, chat_id: int, user: User, role: Role, most: int | None = None
) -> None:
    """Let a user into a chat, under the next member id, unless they are in it or it is full."""
    await _rows(
        db,
        "INSERT INTO members (chat_id, member_id, user_id, username, role, joined_at)"
        " SELECT chat_id, last_member_id + 1, ?1, ?2, ?3, ?4 FROM chats WHERE chat_id = ?5 AND"
        " (?6 IS NULL OR ?6 > (SELECT count(*) FROM members WHERE members.chat_id = ?5))"
        " ON CONFLICT (user_id, chat_id) DO NOTHING",
        (user.user_id, user.username, role, clock.now(), chat_id, most),
    )


async def select_member(db: Connection, chat_id: int, user_id: int) -> Member | None:
    """Find which member of a chat a user is."""
    rows = await _rows(
        db,
        "SELECT member_id, username, role FROM members WHERE user_id = ? AND chat_id = ?",
        (user_id, chat_id),
    )
    return next((Member(*row) for row in rows), None)


async def select_members(db: Connection, chat_id: int) -> list[Member]:
    """Read the members of a chat, in the order in which they came."""
    rows = await _rows(
        db,
        "SELECT member_id, username, role FROM members WHERE chat_id = ? ORDER BY member_id",
        (chat_id,),
    )
    return [_same_member(member_id, username, intern(role)) for member_id, username, role in rows]


async def insert_session(db: Connection, credential: bytes, session: Session) -> None:
    """Give a member one more session."""
    await _rows(
        db,
        "INSERT INTO sessions (credential, chat_id, member_id, created_at) VALUES (?, ?, ?, ?)",
        (credential, session.chat_id, session.member_id, clock.now()),
    )


async def insert_message(
    db: Connection, chat_id: int, author: Member, draft: Draft
) -> Message | None:
    """Keep a message under the next id of its chat; None when there is no such chat or member."""
    now = clock.now()
    rows = await _rows(
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
    """Read the messages of a chat, oldest first."""
    rows = await _rows(
        db,
        "SELECT id, username, member_id, body, created_at, key, deleted FROM messages"
        " WHERE chat_id = ? ORDER BY id",
        (chat_id,),
    )
    return [_message(*row) for row in rows]


async def begin_epoch_of_copy(db: Connection) -> None:
    """Make a restored copy another history, each time one is opened that is fresh from a backup."""
    await db.executescript(
        "BEGIN;"
        "UPDATE meta SET value = lower(hex(randomblob(8))) WHERE name = 'epoch'"
        " AND EXISTS (SELECT 1 FROM meta WHERE name = 'copied');"
        "DELETE FROM meta WHERE name = 'copied';"
        "COMMIT;"
    )


async def select_epoch(db: Connection) -> str:
    """Read the name of this history."""
    [(epoch,)] = await _rows(db, "SELECT value FROM meta WHERE name = 'epoch'", ())
    return str(epoch)


@lru_cache(MEMBERS_SHARED)
def _same_member(member_id: int, username: str, role: Role) -> Member:
    """Return one object for all who are equal: while a crowd joins, a roster is read each time."""
    return Member(member_id, username, role)


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


async def _rows(db: Connection, sql: str, values: Iterable[Any]) -> list[Row]:
    """Run one statement and fetch all of it: one trip to the connection's thread."""
    return [tuple(row) for row in await db.execute_fetchall(sql, values)]

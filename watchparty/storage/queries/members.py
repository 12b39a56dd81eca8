"""SQL for members and their sessions; the schema's triggers count the revisions of the chat."""

from functools import lru_cache
from sys import intern

from aiosqlite import Connection

from watchparty.party import timestamps
from watchparty.party.errors import Forbidden, NoSuccessor, NotFound
from watchparty.party.models import Member, Role, Session, User
from watchparty.storage.queries.require_rows import require_rows

SESSIONS_MAX = 64  # of a member: the browsers and bots of a person, many times over

MEMBERS_SHARED = 10_000  # about 250 bytes each


async def insert_member(
    db: Connection, chat_id: int, user: User, role: Role, members_max: int | None = None
) -> None:
    """Add a user under the chat's next member id, unless they are a member or the chat is full."""
    await db.execute_fetchall(
        "INSERT INTO members (chat_id, member_id, user_id, username, role, joined_at)"
        " SELECT chat_id, last_member_id + 1, ?1, ?2, ?3, ?4 FROM chats WHERE chat_id = ?5 AND"
        " (?6 IS NULL OR ?6 > (SELECT count(*) FROM members WHERE members.chat_id = ?5))"
        " ON CONFLICT (user_id, chat_id) DO NOTHING",
        (user.user_id, user.username, role, timestamps.now(), chat_id, members_max),
    )


async def insert_session(db: Connection, credential: bytes, session: Session) -> list[bytes]:
    """Add a session of a member; end those above SESSIONS_MAX, and return their credentials."""
    where = (session.chat_id, session.member_id)
    await db.execute_fetchall(
        "INSERT INTO sessions (credential, chat_id, member_id, created_at) VALUES (?, ?, ?, ?)",
        (credential, *where, timestamps.now()),
    )
    ended = await db.execute_fetchall(
        "DELETE FROM sessions WHERE credential IN (SELECT credential FROM sessions"
        " WHERE chat_id = ? AND member_id = ? AND credential != ?"
        " ORDER BY created_at DESC LIMIT -1 OFFSET ?) RETURNING credential",
        (*where, credential, SESSIONS_MAX - 1),
    )
    return [old for (old,) in ended]


async def select_member(db: Connection, chat_id: int, user_id: int) -> Member | None:
    """Return a user's member in a chat."""
    rows = await db.execute_fetchall(
        "SELECT member_id, username, role FROM members WHERE user_id = ? AND chat_id = ?",
        (user_id, chat_id),
    )
    return next((Member(*row) for row in rows), None)


async def select_members(db: Connection, chat_id: int) -> list[Member]:
    """Return the members of a chat in the order in which they joined."""
    rows = await db.execute_fetchall(
        "SELECT member_id, username, role FROM members WHERE chat_id = ? ORDER BY member_id",
        (chat_id,),
    )
    return [_shared_member(member_id, username, intern(role)) for member_id, username, role in rows]


async def require_role(db: Connection, chat_id: int, actor: Member) -> None:
    """Raise Forbidden unless the actor is still in the chat, in the same role."""
    await require_rows(
        db,
        "SELECT 1 FROM members WHERE chat_id = ? AND member_id = ? AND role = ?",
        (chat_id, actor.member_id, actor.role),
        Forbidden,
    )


async def update_role(
    db: Connection, chat_id: int, member_id: int, role: Role, before: Role | None
) -> None:
    """Change a member's role from `before` to `role`. Raises NotFound if they have another one."""
    await require_rows(
        db,
        "UPDATE members SET role = ? WHERE chat_id = ? AND member_id = ? AND role = ? RETURNING 1",
        (role, chat_id, member_id, before),
        NotFound,
    )


async def promote_oldest_cohost(db: Connection, chat_id: int) -> None:
    """Promote the co-host who joined first to host. Raises NoSuccessor when there is none."""
    await require_rows(
        db,
        "UPDATE members SET role = 'host' WHERE chat_id = ?1 AND member_id ="
        " (SELECT min(member_id) FROM members WHERE chat_id = ?1 AND role = 'cohost')"
        " RETURNING 1",
        (chat_id,),
        NoSuccessor,
    )


async def delete_member(db: Connection, chat_id: int, member: Member) -> None:
    """Delete a member with their sessions. Raises NotFound when they have another role now."""
    await require_rows(
        db,
        "DELETE FROM members WHERE chat_id = ? AND member_id = ? AND role = ? RETURNING 1",
        (chat_id, member.member_id, member.role),
        NotFound,
    )


@lru_cache(MEMBERS_SHARED)
def _shared_member(member_id: int, username: str, role: Role) -> Member:
    """Return the same object for equal members: while a crowd joins, each join reads them all."""
    return Member(member_id, username, role)

"""SQL for users, and for the look-up of any credential."""

from aiosqlite import Connection

from watchparty.party import timestamps
from watchparty.party.models import Session, User


async def insert_user(db: Connection, credential: bytes, username: str) -> User:
    """Add a user."""
    [(user_id,)] = await db.execute_fetchall(
        "INSERT INTO users (credential, username, created_at) VALUES (?, ?, ?) RETURNING user_id",
        (credential, username, timestamps.now()),
    )
    return User(user_id, username)


async def update_username(db: Connection, user_id: int, username: str) -> None:
    """Rename a user."""
    await db.execute_fetchall(
        "UPDATE users SET username = ? WHERE user_id = ?", (username, user_id)
    )


async def select_by_credential(db: Connection, credential: bytes) -> Session | User | None:
    """Return the session or user of a credential, with the same two look-ups in each case."""
    rows = await db.execute_fetchall(
        "SELECT 'session', chat_id, member_id FROM sessions WHERE credential = ?1"
        " UNION ALL SELECT 'user', user_id, username FROM users WHERE credential = ?1",
        (credential,),
    )
    for kind, *holder in rows:
        return Session(*holder) if kind == "session" else User(*holder)
    return None

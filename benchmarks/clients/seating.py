"""A chat full of members, laid into Watch Party's file: each who joins reads the whole roster.

That is nothing for two hundred, but minutes for thousands, which only a benchmark has.
"""

import sqlite3
import time
from pathlib import Path
from typing import Any

from watchparty.party.tokens import hash_secret, new_secret

CHAT_ID = 100_000_000_000


def seat(database: Path, guests: int) -> tuple[dict[str, Any], list[str]]:
    """Put a chat into the file; return it as POST /create does, and a session token for each guest.

    Nobody may have asked for it before: the server reads it when the first of them does.
    """
    tokens = [new_secret() for _ in range(guests + 1)]
    magic_key, now = new_secret(), int(time.time() * 1000)
    with sqlite3.connect(database) as db:
        db.execute(
            "INSERT INTO chats (chat_id, magic_key, created_at, active_at) VALUES (?, ?, ?, ?)",
            (CHAT_ID, magic_key, now, now),
        )
        for number, token in enumerate(tokens):
            _seat_one(db, number, token, now)
    db.close()
    made = {"chat_id": CHAT_ID, "magic_key": magic_key, "session_token": tokens[0]}
    return made, tokens[1:]


def _seat_one(db: sqlite3.Connection, number: int, token: str, now: int) -> None:
    """Make a user, and a member with a session of them; the first one is the host."""
    name, role = (f"Guest {number}", "guest") if number else ("Alice", "host")
    [(user_id,)] = db.execute(
        "INSERT INTO users (credential, username, created_at) VALUES (?, ?, ?) RETURNING user_id",
        (hash_secret(new_secret()), name, now),
    )
    db.execute(
        "INSERT INTO members (chat_id, member_id, user_id, username, role, joined_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (CHAT_ID, number + 1, user_id, name, role, now),
    )
    db.execute(
        "INSERT INTO sessions (credential, chat_id, member_id, created_at) VALUES (?, ?, ?, ?)",
        (hash_secret(token), CHAT_ID, number + 1, now),
    )

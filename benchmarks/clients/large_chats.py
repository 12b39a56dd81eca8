"""Insert a large chat into Watch Party's database.

Each join reads the list of all members, so thousands of joins would take minutes.
"""

import sqlite3
import time
from pathlib import Path
from typing import Any

from watchparty.party.tokens import hash_secret, new_secret

CHAT_ID = 100_000_000_000


def insert_chat(database: Path, guests: int) -> tuple[dict[str, Any], list[str]]:
    """Insert a chat; return it in the form of POST /create, and a session token for each guest.

    No request may have named the chat before: the server loads it with the first one.
    """
    tokens = [new_secret() for _ in range(guests + 1)]
    magic_key, now = new_secret(), int(time.time() * 1000)
    with sqlite3.connect(database) as db:
        db.execute(
            "INSERT INTO chats (chat_id, magic_key, created_at, active_at) VALUES (?, ?, ?, ?)",
            (CHAT_ID, magic_key, now, now),
        )
        for number, token in enumerate(tokens):
            _insert_member(db, number, token, now)
    db.close()
    created = {"chat_id": CHAT_ID, "magic_key": magic_key, "session_token": tokens[0]}
    return created, tokens[1:]


def _insert_member(db: sqlite3.Connection, number: int, token: str, now: int) -> None:
    """Insert a user with a membership and a session; number 0 is the host."""
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

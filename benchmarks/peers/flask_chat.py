"""A long-poll chat on Flask: a thread for each waiting client, and a SQLite file.

gunicorn --threads 1100 benchmarks.peers.flask_chat:app
"""

import os
import secrets
import sqlite3
import threading
from typing import Any

from flask import Flask, abort, request

app = Flask(__name__)
news = threading.Condition()
local = threading.local()


def db() -> sqlite3.Connection:
    if not hasattr(local, "db"):
        local.db = sqlite3.connect(os.environ["FLASK_CHAT_DB"], isolation_level=None)
        local.db.execute("PRAGMA journal_mode = WAL")
        local.db.executescript(
            "CREATE TABLE IF NOT EXISTS tokens (chat_id, token PRIMARY KEY);"
            "CREATE TABLE IF NOT EXISTS messages (chat_id, id, body, PRIMARY KEY (chat_id, id));"
        )
    found: sqlite3.Connection = local.db
    return found


def enter(chat_id: int) -> dict[str, Any]:
    token = secrets.token_urlsafe(24)
    db().execute("INSERT INTO tokens VALUES (?, ?)", (chat_id, token))
    return {"chat_id": chat_id, "session_token": token, "magic_key": "", "last_id": 0}


def check(chat_id: int) -> None:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    where = "SELECT 1 FROM tokens WHERE token = ? AND chat_id = ?"
    if not db().execute(where, (token, chat_id)).fetchone():
        abort(403)


def newer(chat_id: int, since: int) -> list[dict[str, Any]]:
    where = "SELECT id, body FROM messages WHERE chat_id = ? AND id > ? ORDER BY id"
    rows = db().execute(where, (chat_id, since))
    return [{"id": id_, "username": "Guest", "body": body} for id_, body in rows]


@app.get("/healthz")
def healthz() -> dict[str, Any]:
    return {}


@app.post("/create")
def create() -> dict[str, Any]:
    return enter(1)


@app.post("/<int:chat_id>/join")
def join(chat_id: int) -> dict[str, Any]:
    return enter(chat_id)


@app.post("/<int:chat_id>")
def say(chat_id: int) -> dict[str, Any]:
    check(chat_id)
    body = request.get_json(force=True)["body"]
    last = "(SELECT coalesce(max(id), 0) + 1 FROM messages WHERE chat_id = ?1)"
    insert = f"INSERT INTO messages VALUES (?1, {last}, ?2) RETURNING id"
    [(id_,)] = db().execute(insert, (chat_id, body)).fetchall()
    db().execute("DELETE FROM messages WHERE chat_id = ? AND id <= ?", (chat_id, id_ - 30))
    with news:
        news.notify_all()
    return {"id": id_, "body": body}


@app.get("/<int:chat_id>")
def read(chat_id: int) -> dict[str, Any]:
    check(chat_id)
    since = int(request.args["since"])
    with news:
        news.wait_for(lambda: newer(chat_id, since), float(request.args.get("wait", 0)))
    messages = newer(chat_id, since)
    return {"messages": messages, "last_id": messages[-1]["id"] if messages else since}

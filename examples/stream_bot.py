"""A bot that prints every message. Invite it: python examples/stream_bot.py MAGIC_LINK

It reads a stream, resumes after a break, and prints how many messages it missed.
"""

import json
import sys
import time
from collections.abc import Iterator
from http.client import HTTPException
from typing import Any
from urllib.request import Request, urlopen

SILENCE = 60  # seconds; the server sends something every 20
TRANSIENT = {"unavailable", "rate_limited"}  # reconnect after these

chat, magic_key = sys.argv[1].replace("/chat/", "/").split("#")


def call(path: str, headers: dict[str, str], body: bytes | None = None) -> Any:
    return urlopen(Request(chat + path, body, headers), timeout=SILENCE)


def events(last_id: str, epoch: str, token: str) -> Iterator[tuple[str, str | None, Any]]:
    """Yield the name, id and data of each event after `last_id`, until the stream ends."""
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {token}"}
    fields: dict[str, str] = {}
    for line in call(f"?epoch={epoch}", headers | {"Last-Event-ID": last_id}):
        name, _, value = line.decode().rstrip("\n").partition(": ")
        fields[name] = value
        if not name:  # an empty line ends an event
            if "data" in fields:
                yield fields.get("event", "message"), fields.get("id"), json.loads(fields["data"])
            fields = {}


joined = json.dumps({"magic_key": magic_key, "username": "Scribe"}).encode()
me = json.load(call("/join", {}, joined))
last_id, epoch = str(me["last_id"]), me["epoch"]
while True:
    pause = 1
    try:
        for kind, id_, data in events(last_id, epoch, me["session_token"]):
            if kind == "message":
                print(f"{data['username']}: {data['body']}", flush=True)
            elif kind == "gap":
                print(f"({data['missed']} messages missed)", flush=True)
            elif kind == "reset":
                print("(the history was replaced)", flush=True)
                epoch = data["epoch"]
            elif kind == "end" and data["error"] not in TRANSIENT:
                sys.exit(f"I have to leave: {data['message']}")
            elif kind == "end":
                pause = data.get("retry_after", 1)
            last_id = id_ or last_id
    except (OSError, HTTPException) as failure:  # the connection broke, or the request was refused
        if getattr(failure, "code", None) in (400, 401, 403):
            sys.exit(f"I have to leave: {failure}")
    time.sleep(pause)

"""A bot that answers !ping with pong. Invite it: python examples/bot.py MAGIC_LINK"""

import json
import sys
import time
from http.client import HTTPException
from typing import Any
from urllib.request import Request, urlopen

chat, magic_key = sys.argv[1].replace("/chat/", "/").split("#")


def call(path: str, token: str = "", **fields: str) -> Any:
    body = json.dumps(fields).encode() if fields else None
    request = Request(chat + path, body, {"Authorization": f"Bearer {token}"})
    return json.load(urlopen(request, timeout=60))


me = call("/join", magic_key=magic_key, username="Pingbot")
while True:
    try:
        news = call(f"?since={me['last_id']}&wait=25", me["session_token"])
        for message in news["messages"]:
            if message["body"] == "!ping":  # with a key, a retry is not posted twice
                call("", me["session_token"], body="pong", key=f"pong-{message['id']}")
        me["last_id"] = news["last_id"]
    except (OSError, HTTPException) as failure:  # the server restarted or the connection broke
        if getattr(failure, "code", None) in (400, 401, 403):
            sys.exit(f"I have to leave: {failure}")
        time.sleep(1)

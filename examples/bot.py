"""A bot that answers !ping with pong. Invite it: python examples/bot.py MAGIC_LINK"""

import json
import sys
from typing import Any
from urllib.request import Request, urlopen

chat, magic_key = sys.argv[1].replace("/chat/", "/").split("#")


def call(path: str, token: str = "", **fields: str) -> Any:
    body = json.dumps(fields).encode() if fields else None
    return json.load(urlopen(Request(chat + path, body, {"Authorization": f"Bearer {token}"})))


me = call("/join", magic_key=magic_key, username="Pingbot")
while news := call(f"?since={me['last_id']}&wait=25", me["session_token"]):
    me["last_id"] = news["last_id"]
    if any(message["body"] == "!ping" for message in news["messages"]):
        call("", me["session_token"], body="pong")

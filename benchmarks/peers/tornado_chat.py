"""A long-poll chat on Tornado, like its chat demo: one event for each chat, all in memory."""

import asyncio
import json
import secrets
import sys
from collections import deque
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError, RequestHandler

Message = dict[str, Any]


class Chat:
    """The last 30 messages, and the tokens of the members."""

    def __init__(self) -> None:
        self.messages: deque[Message] = deque(maxlen=30)
        self.last_id = 0
        self.tokens: set[str] = set()
        self.news = asyncio.Event()

    def enter(self) -> str:
        token = secrets.token_urlsafe(24)
        self.tokens.add(token)
        return token

    def say(self, body: str) -> Message:
        self.last_id += 1
        message = {"id": self.last_id, "username": "Guest", "body": body}
        self.messages.append(message)
        news, self.news = self.news, asyncio.Event()
        news.set()
        return message


chats: dict[int, Chat] = {}


class Healthz(RequestHandler):
    def get(self) -> None:
        self.write({})


class Create(RequestHandler):
    def post(self) -> None:
        chat_id = len(chats) + 1
        chats[chat_id] = Chat()
        token = chats[chat_id].enter()
        self.write({"chat_id": chat_id, "session_token": token, "magic_key": "", "last_id": 0})


class Join(RequestHandler):
    def post(self, chat_id: str) -> None:
        self.write({"session_token": chats[int(chat_id)].enter(), "last_id": 0})


class Room(RequestHandler):
    is_disconnected = False

    def prepare(self) -> None:
        self.chat = chats[int(self.path_args[0])]
        token = self.request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.chat.tokens:
            raise HTTPError(403)

    def post(self, _: str) -> None:
        self.write(self.chat.say(json.loads(self.request.body)["body"]))

    async def get(self, _: str) -> None:
        since, wait = int(self.get_argument("since")), float(self.get_argument("wait", "0"))
        self.waiting = asyncio.ensure_future(self.chat.news.wait())
        if self.chat.last_id <= since and wait:
            await asyncio.wait([self.waiting], timeout=wait)
        if not self.is_disconnected:
            newer = [message for message in self.chat.messages if message["id"] > since]
            self.write({"messages": newer, "last_id": self.chat.last_id})

    def on_finish(self) -> None:
        if self.request.method == "GET":
            self.waiting.cancel()

    def on_connection_close(self) -> None:
        self.is_disconnected = True
        self.waiting.cancel()


async def main(port: int) -> None:
    routes = [
        *((r"/healthz", Healthz), (r"/create", Create)),
        *((r"/(\d+)/join", Join), (r"/(\d+)", Room)),
    ]
    HTTPServer(Application(routes)).listen(port, "127.0.0.1", backlog=4096)
    print(f"http://127.0.0.1:{port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))

"""The requests of Watch Party (docs/api.md), which most of the other servers accept as well."""

import random
from pathlib import Path
from typing import Any

from benchmarks.clients.connection import ConnectionPool, parse_answer
from benchmarks.clients.large_chats import insert_chat
from benchmarks.clients.listener import EventListener, Listener, Recorder

HOLD = 25  # seconds, as on the page
BODY = "Look behind you!"
INSERT_FROM = 5_000  # guests; larger chats are inserted into the database instead of joined


class Poll(Listener):
    """Polls again after each answer."""

    chat: "HttpChat"

    def __init__(self, recorder: Recorder, chat: "HttpChat", token: str) -> None:
        super().__init__(recorder, chat)
        self.hold = random.randint(1, HOLD)  # so that later polls are spread out
        self.request = (
            b"GET /%d?since=%%d&wait=%%d HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %b\r\n\r\n"
            % (chat.chat_id, token.encode())
        )

    def start(self) -> None:
        self.poll()
        self.recorder.connected()

    def poll(self) -> None:
        self.transport.write(self.request % (self.last_id, self.hold))
        self.hold = HOLD

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answer = parse_answer(self.buffer)
        if answer is None:
            return None
        self.buffer = b""
        if not answer[0].startswith(b"HTTP/1.1 200"):
            return self.recorder.failed(repr(answer))
        self.record_messages(answer[1])
        return self.poll()


class Stream(EventListener):
    """Opens a stream, and reads its events."""

    chat: "HttpChat"

    def __init__(self, recorder: Recorder, chat: "HttpChat", token: str) -> None:
        super().__init__(recorder, chat)
        self.token = token

    def start(self) -> None:
        self.transport.write(
            b"GET /%d?since=%d HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %b\r\n"
            b"Accept: text/event-stream\r\n\r\n"
            % (self.chat.chat_id, self.last_id, self.token.encode())
        )
        self.recorder.connected()

    def on_events(self, events: bytes) -> None:
        if b"\nevent: " in events:  # a gap or an end, which must not happen here
            self.recorder.failed(repr(events))


class HttpChat:
    """A chat, in which the host posts."""

    def __init__(
        self,
        pool: ConnectionPool,
        listener_class: type[Poll | Stream],
        created: dict[str, Any],
        tokens: list[str],
    ) -> None:
        self.posted, self.posted_at = 0, 0.0
        self.chat_id, self.token = int(created["chat_id"]), created["session_token"]
        self._pool, self._listener_class = pool, listener_class
        self._magic_key = created["magic_key"]
        self._tokens = tokens  # of members that were inserted beforehand

    async def new_listener(self, recorder: Recorder, name: str) -> Listener:
        return self._listener_class(recorder, self, await self.join(name))

    async def join(self, name: str) -> str:
        """Add a member; return a token that the server has seen."""
        if self._tokens:
            token = self._tokens.pop()
            await self._pool.ask("GET", f"/{self.chat_id}?since=0", token)
            return token
        fields = {"magic_key": self._magic_key, "username": name}
        joined = (await self._pool.ask("POST", f"/{self.chat_id}/join", fields=fields)).json()
        return str(joined["session_token"])

    async def post(self) -> None:
        fields = {"body": BODY}
        answer = await self._pool.ask("POST", f"/{self.chat_id}", self.token, fields)
        assert answer.json()["id"] == self.posted, answer


class HttpDriver:
    """Speaks Watch Party's API; with Watch Party's database it can insert large chats."""

    def __init__(self, host: str, port: int, transport: str, database: Path | None = None) -> None:
        self.pool, self._database = ConnectionPool(host, port), database
        self._listener_class: type[Poll | Stream] = Poll if transport == "poll" else Stream

    async def create_chat(self, guests: int = 0) -> HttpChat:
        if self._database is not None and guests >= INSERT_FROM:
            return HttpChat(self.pool, self._listener_class, *insert_chat(self._database, guests))
        created = await self.pool.ask("POST", "/create", fields={"username": "Alice"})
        return HttpChat(self.pool, self._listener_class, created.json(), [])

    def close(self) -> None:
        self.pool.close()

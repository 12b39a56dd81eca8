"""Watch Party's own requests, which most of the others know, too: docs/api.md."""

import random
from typing import Any

from benchmarks.clients.listener import Audience, EventListener, Listener
from benchmarks.clients.wire import Desk, whole

HOLD = 25  # seconds, as the page asks for
WORDS = "Look behind you!"


class Poll(Listener):
    """Asks, takes the answer, and asks again."""

    room: "HttpRoom"

    def __init__(self, audience: Audience, room: "HttpRoom", token: str) -> None:
        super().__init__(audience, room)
        self.hold = random.randint(1, HOLD)  # the first one; or all would renew at once later
        self.request = (
            b"GET /%d?since=%%d&wait=%%d HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %b\r\n\r\n"
            % (room.chat_id, token.encode())
        )

    def begin(self) -> None:
        self.ask()
        self.audience.arrived()

    def ask(self) -> None:
        self.transport.write(self.request % (self.last_id, self.hold))
        self.hold = HOLD

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answer = whole(self.buffer)
        if answer is None:
            return None
        self.buffer = b""
        if not answer[0].startswith(b"HTTP/1.1 200"):
            return self.audience.failed(repr(answer))
        self.take(answer[1])
        return self.ask()


class Stream(EventListener):
    """Asks once, and takes what comes."""

    room: "HttpRoom"

    def __init__(self, audience: Audience, room: "HttpRoom", token: str) -> None:
        super().__init__(audience, room)
        self.token = token

    def begin(self) -> None:
        self.transport.write(
            b"GET /%d?since=%d HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %b\r\n"
            b"Accept: text/event-stream\r\n\r\n"
            % (self.room.chat_id, self.last_id, self.token.encode())
        )
        self.audience.arrived()

    def hear(self, events: bytes) -> None:
        if b"\nevent: " in events:  # a gap, or the end: nobody was away
            self.audience.failed(repr(events))


class HttpRoom:
    """A chat, and its host, who does the talking."""

    def __init__(self, desk: Desk, made: dict[str, Any], kind: type[Poll | Stream]) -> None:
        self.said, self.said_at = 0, 0.0
        self.chat_id, self.token = int(made["chat_id"]), made["session_token"]
        self._desk, self._magic_key, self._kind = desk, made["magic_key"], kind

    async def admit(self, audience: Audience, name: str) -> Listener:
        return self._kind(audience, self, await self.join(name))

    async def join(self, name: str) -> str:
        """Let somebody in, and return their token."""
        fields = {"magic_key": self._magic_key, "username": name}
        joined = (await self._desk.ask("POST", f"/{self.chat_id}/join", fields=fields)).json()
        token: str = joined["session_token"]
        return token

    async def say(self) -> None:
        fields = {"body": WORDS}
        told = await self._desk.ask("POST", f"/{self.chat_id}", self.token, fields)
        assert told.json()["id"] == self.said, told


class HttpVenue:
    """A server with many chats."""

    def __init__(self, host: str, port: int, transport: str) -> None:
        self.desk = Desk(host, port)
        self._kind: type[Poll | Stream] = Poll if transport == "poll" else Stream

    async def open_room(self) -> HttpRoom:
        made = await self.desk.ask("POST", "/create", fields={"username": "Alice"})
        return HttpRoom(self.desk, made.json(), self._kind)

    def close(self) -> None:
        self.desk.close()

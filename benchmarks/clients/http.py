"""Watch Party's own requests, which most of the others know, too: docs/api.md."""

import random
from pathlib import Path
from typing import Any

from benchmarks.clients.listener import Audience, EventListener, Listener
from benchmarks.clients.seating import seat
from benchmarks.clients.wire import Desk, whole

HOLD = 25  # seconds, as the page asks for
WORDS = "Look behind you!"
MANY = 5_000  # guests of one chat; so many are not let in one by one


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

    def __init__(
        self, desk: Desk, kind: type[Poll | Stream], made: dict[str, Any], tokens: list[str]
    ) -> None:
        self.said, self.said_at = 0, 0.0
        self.chat_id, self.token = int(made["chat_id"]), made["session_token"]
        self._desk, self._magic_key, self._kind = desk, made["magic_key"], kind
        self._tokens = tokens  # of those who are in it before they come

    async def admit(self, audience: Audience, name: str) -> Listener:
        return self._kind(audience, self, await self.join(name))

    async def join(self, name: str) -> str:
        """Let somebody in, and return their token; the server has seen it."""
        if self._tokens:
            token = self._tokens.pop()
            await self._desk.ask("GET", f"/{self.chat_id}?since=0", token)
            return token
        fields = {"magic_key": self._magic_key, "username": name}
        joined = (await self._desk.ask("POST", f"/{self.chat_id}/join", fields=fields)).json()
        return str(joined["session_token"])

    async def say(self) -> None:
        fields = {"body": WORDS}
        told = await self._desk.ask("POST", f"/{self.chat_id}", self.token, fields)
        assert told.json()["id"] == self.said, told


class HttpVenue:
    """A server with many chats, and, if it is Watch Party, a database."""

    def __init__(self, host: str, port: int, transport: str, database: Path | None = None) -> None:
        self.desk, self._database = Desk(host, port), database
        self._kind: type[Poll | Stream] = Poll if transport == "poll" else Stream

    async def open_room(self, guests: int = 0) -> HttpRoom:
        if self._database is not None and guests >= MANY:
            return HttpRoom(self.desk, self._kind, *seat(self._database, guests))
        made = await self.desk.ask("POST", "/create", fields={"username": "Alice"})
        return HttpRoom(self.desk, self._kind, made.json(), [])

    def close(self) -> None:
        self.desk.close()

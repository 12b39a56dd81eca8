"""As much of Socket.IO as a room needs: its protocol 5 in Engine.IO 4, over a WebSocket (RFC 6455).

Engine.IO: 0 opens, 2 asks whether we are there, 3 says yes, 4 carries what Socket.IO says:
40 connects, 42 is an event and 43 its acknowledgement.
"""

import asyncio
import itertools
import json
import time

from benchmarks.clients.http import WORDS
from benchmarks.clients.listener import Audience, Listener

HANDSHAKE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n"
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
TEXT = 0x81  # the last frame of a text, and we send no others
MASKED = 0x80  # what a client sends has to be; with a mask of zeros it stays as it is
LENGTH_16, LENGTH_64 = 126, 127


def frame(text: bytes) -> bytes:
    """Return a client's frame with a short text."""
    length = len(text)
    if length < LENGTH_16:
        return bytes((TEXT, MASKED | length)) + bytes(4) + text
    return bytes((TEXT, MASKED | LENGTH_16)) + length.to_bytes(2, "big") + bytes(4) + text


def unframe(buffer: bytes) -> tuple[bytes, bytes] | None:
    """Return the text of a server's first frame, and what comes after it."""
    if len(buffer) < 2:
        return None
    start, length = 2, buffer[1]
    if length >= LENGTH_16:
        start = 4 if length == LENGTH_16 else 10
        length = int.from_bytes(buffer[2:start], "big")
    if buffer[0] != TEXT:
        raise ValueError(f"not a text: {buffer!r}")
    end = start + length
    return (buffer[start:end], buffer[end:]) if len(buffer) >= end else None


class Member(Listener):
    """Somebody in a room, or, without one, somebody who only talks."""

    open = False

    def __init__(self, audience: Audience, room: "SocketioRoom") -> None:
        super().__init__(audience, room)
        self.auth = {"chat": room.name} if room.name else {}
        self.acknowledged: dict[bytes, asyncio.Future[None]] = {}

    def begin(self) -> None:
        self.open = False
        self.transport.write(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.open and not self.upgraded():
            return
        while found := unframe(self.buffer):
            text, self.buffer = found
            self.hear(text)

    def upgraded(self) -> bool:
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if found and not head.startswith(b"HTTP/1.1 101"):
            self.audience.failed(repr(self.buffer))
        if found:
            self.open, self.buffer = True, rest
        return self.open

    def hear(self, text: bytes) -> None:
        if text.startswith(b"42"):
            self.take(text)
        elif text.startswith(b"0"):
            self.transport.write(frame(b"40" + json.dumps(self.auth).encode()))
        elif text.startswith(b"40"):
            self.audience.arrived()
        elif text.startswith(b"2"):
            self.transport.write(frame(b"3"))
        elif text.startswith(b"43"):
            self.acknowledged.pop(text[2 : text.index(b"[")]).set_result(None)
        else:
            self.audience.failed(repr(text))

    async def emit(self, number: int, event: list[str]) -> None:
        """Send an event, and return when the server has acknowledged it."""
        done = self.acknowledged[b"%d" % number] = asyncio.get_running_loop().create_future()
        self.transport.write(frame(b"42%d%b" % (number, json.dumps(event).encode())))
        await done


class SocketioRoom:
    """A room; it is there as soon as somebody joins it."""

    def __init__(self, venue: "SocketioVenue", name: str) -> None:
        self.said, self.said_at = 0, time.perf_counter()
        self.name = name
        self._venue = venue

    async def admit(self, audience: Audience, name: str) -> Listener:
        return Member(audience, self)

    async def say(self) -> None:
        await self._venue.say(self.name)


class SocketioVenue:
    """A server with many rooms, and one socket that does all the talking."""

    def __init__(self, host: str, port: int, transport: str) -> None:
        self.host, self.port = host, port
        self._numbers = itertools.count(1)
        self._author: Member | None = None
        self._connected = asyncio.Event()

    async def open_room(self, guests: int = 0) -> SocketioRoom:
        return SocketioRoom(self, f"room {next(self._numbers)}")

    async def say(self, name: str) -> None:
        if self._author is None:
            self._author = Member(self, SocketioRoom(self, ""))
            author, loop = self._author, asyncio.get_running_loop()
            await loop.create_connection(lambda: author, self.host, self.port)
        await self._connected.wait()
        await self._author.emit(next(self._numbers), ["say", name, WORDS])

    def arrived(self) -> None:
        self._connected.set()

    def heard(self, listener: Listener) -> None:
        raise RuntimeError("who only talks is in no room")

    def failed(self, why: str) -> None:
        raise RuntimeError(why)

    def close(self) -> None:
        if self._author is not None:
            self._author.leave()

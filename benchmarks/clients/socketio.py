"""A minimal Socket.IO client: protocol 5 in Engine.IO 4, over a WebSocket (RFC 6455).

Engine.IO packets: 0 open, 2 ping, 3 pong, 4 message. In a message, Socket.IO's packets: 40 connect,
42 event, 43 acknowledgement.
"""

import asyncio
import itertools
import json
import time

from benchmarks.clients.http import BODY
from benchmarks.clients.listener import Listener, Recorder

HANDSHAKE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n"
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
TEXT = 0x81  # the final frame of a text message; all are of one frame
MASKED = 0x80  # required of clients; a mask of zeros leaves the text as it is
LENGTH_16, LENGTH_64 = 126, 127


def frame(text: bytes) -> bytes:
    """Return a client's frame with a text of less than 64 KB."""
    length = len(text)
    if length < LENGTH_16:
        return bytes((TEXT, MASKED | length)) + bytes(4) + text
    return bytes((TEXT, MASKED | LENGTH_16)) + length.to_bytes(2, "big") + bytes(4) + text


def unframe(buffer: bytes) -> tuple[bytes, bytes] | None:
    """Return the text of the first frame and the rest, or None if the frame is incomplete."""
    if len(buffer) < 2:
        return None
    start, length = 2, buffer[1]
    if length >= LENGTH_16:
        start = 4 if length == LENGTH_16 else 10
        length = int.from_bytes(buffer[2:start], "big")
    if buffer[0] != TEXT:
        raise ValueError(f"not a text frame: {buffer!r}")
    end = start + length
    return (buffer[start:end], buffer[end:]) if len(buffer) >= end else None


class Member(Listener):
    """A member of a room, or, if the room has no name, a client that only posts."""

    is_open = False

    def __init__(self, recorder: Recorder, room: "SocketioRoom") -> None:
        super().__init__(recorder, room)
        self.auth = {"chat": room.name} if room.name else {}
        self.acknowledgements: dict[bytes, asyncio.Future[None]] = {}

    def start(self) -> None:
        self.is_open = False
        self.transport.write(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.is_open:
            self.read_handshake()
        while self.is_open and (found := unframe(self.buffer)):
            text, self.buffer = found
            self.on_packet(text)

    def read_handshake(self) -> None:
        """Take the answer to the handshake out of the buffer, once it is complete."""
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if found and not head.startswith(b"HTTP/1.1 101"):
            self.recorder.failed(repr(self.buffer))
        if found:
            self.is_open, self.buffer = True, rest

    def on_packet(self, text: bytes) -> None:
        if text.startswith(b"42"):
            self.record_messages(text)
        elif text.startswith(b"0"):
            self.transport.write(frame(b"40" + json.dumps(self.auth).encode()))
        elif text.startswith(b"40"):
            self.recorder.connected()
        elif text.startswith(b"2"):
            self.transport.write(frame(b"3"))
        elif text.startswith(b"43"):
            self.acknowledgements.pop(text[2 : text.index(b"[")]).set_result(None)
        else:
            self.recorder.failed(repr(text))

    async def emit(self, number: int, event: list[str]) -> None:
        """Send an event, and wait for its acknowledgement."""
        done = self.acknowledgements[b"%d" % number] = asyncio.get_running_loop().create_future()
        self.transport.write(frame(b"42%d%b" % (number, json.dumps(event).encode())))
        await done


class SocketioRoom:
    """A room; the first member to join creates it."""

    def __init__(self, driver: "SocketioDriver", name: str) -> None:
        self.posted, self.posted_at = 0, time.perf_counter()
        self.name = name
        self._driver = driver

    async def new_listener(self, recorder: Recorder, name: str) -> Listener:
        return Member(recorder, self)

    async def post(self) -> None:
        await self._driver.post(self.name)


class SocketioDriver:
    """Speaks Socket.IO's protocol, and posts in all rooms through one socket."""

    def __init__(self, host: str, port: int, transport: str) -> None:
        self.host, self.port = host, port
        self._numbers = itertools.count(1)
        self._author: Member | None = None
        self._connected = asyncio.Event()

    async def create_chat(self, guests: int = 0) -> SocketioRoom:
        return SocketioRoom(self, f"room {next(self._numbers)}")

    async def post(self, name: str) -> None:
        if self._author is None:
            self._author = Member(self, SocketioRoom(self, ""))
            author, loop = self._author, asyncio.get_running_loop()
            await loop.create_connection(lambda: author, self.host, self.port)
        await self._connected.wait()
        await self._author.emit(next(self._numbers), ["say", name, BODY])

    def connected(self) -> None:
        self._connected.set()

    def received(self, listener: Listener) -> None:
        raise RuntimeError("a client without a room received a message")

    def failed(self, reason: str) -> None:
        raise RuntimeError(reason)

    def close(self) -> None:
        if self._author is not None:
            self._author.disconnect()

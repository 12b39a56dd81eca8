"""One client on one connection, who has to get every message once and in order."""

import asyncio
import re
from typing import Protocol, cast

# In every protocol a message is a piece of JSON with its number in the chat.
IDS = re.compile(rb'"id":\s*(\d+)')


class Room(Protocol):
    """One chat: who says something there, and what has been said."""

    said: int  # messages
    said_at: float  # when the newest one was sent off

    async def admit(self, audience: "Audience", name: str) -> "Listener":
        """Let somebody in; return them, not yet connected."""
        ...

    async def say(self) -> None:
        """Say something, and return when the server has taken it."""
        ...


class Audience(Protocol):
    """Who counts what listeners hear."""

    def arrived(self) -> None:
        """Note that somebody is connected, and waits or is about to."""
        ...

    def heard(self, listener: "Listener") -> None:
        """Note that somebody got the next message."""
        ...

    def failed(self, why: str) -> None:
        """Note that something is not as it must be."""
        ...


class Listener(asyncio.Protocol):
    """Asks for news and takes them. Each protocol says how, in `begin` and `data_received`."""

    def __init__(self, audience: Audience, room: Room) -> None:
        self.audience = audience
        self.room = room
        self.last_id = room.said
        self.here = False
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one by looks only
        self.here = True
        self.buffer = b""
        self.begin()

    def begin(self) -> None:
        raise NotImplementedError

    def connection_lost(self, error: Exception | None) -> None:
        if self.here:
            self.audience.failed(f"the server hung up: {error}")

    def leave(self) -> None:
        """Hang up."""
        if self.here:
            self.here = False
            self.transport.abort()

    def take(self, text: bytes) -> None:
        """Take the messages that are in a piece of text."""
        for found in IDS.findall(text):
            if int(found) != self.last_id + 1:
                self.audience.failed(f"message {int(found)} came after {self.last_id}")
            self.last_id += 1
            self.audience.heard(self)


class EventListener(Listener):
    """Takes server-sent events. Chunks are not looked at: no event is cut."""

    def data_received(self, data: bytes) -> None:
        events, end, self.buffer = (self.buffer + data).rpartition(b"\n\n")
        if not end:
            return
        if events.startswith(b"HTTP/1.1 ") and not events.startswith(b"HTTP/1.1 200"):
            self.audience.failed(repr(events))
        self.hear(events)
        self.take(events)

    def hear(self, events: bytes) -> None:
        """Look at whole events for what is no message."""
        raise NotImplementedError

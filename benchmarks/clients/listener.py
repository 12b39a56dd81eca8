"""One client on one connection, which must receive every message once and in order."""

import asyncio
import re
from typing import Protocol, cast

# In every protocol a message is JSON with its number in the chat.
IDS = re.compile(rb'"id":\s*(\d+)')


class Chat(Protocol):
    """One chat: posts messages, and makes its listeners."""

    posted: int  # messages so far
    posted_at: float  # when the newest message was posted, by time.perf_counter

    async def new_listener(self, recorder: "Recorder", name: str) -> "Listener":
        """Add a member; return its listener, which is not connected yet."""
        ...

    async def post(self) -> None:
        """Post a message, and wait until the server has accepted it."""
        ...


class Recorder(Protocol):
    """Counts what listeners receive."""

    def connected(self) -> None:
        """Note that a listener has connected, and waits or is about to."""
        ...

    def received(self, listener: "Listener") -> None:
        """Note that a listener received the next message."""
        ...

    def failed(self, reason: str) -> None:
        """Note that something went wrong."""
        ...


class Listener(asyncio.Protocol):
    """Requests messages and records them; subclasses define `start` and `data_received`."""

    def __init__(self, recorder: Recorder, chat: Chat) -> None:
        self.recorder = recorder
        self.chat = chat
        self.last_id = chat.posted
        self.is_connected = False
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is not a subclass
        self.is_connected = True
        self.buffer = b""
        self.start()

    def start(self) -> None:
        raise NotImplementedError

    def connection_lost(self, error: Exception | None) -> None:
        if self.is_connected:
            self.recorder.failed(f"the server disconnected: {error}")

    def disconnect(self) -> None:
        """Close the connection."""
        if self.is_connected:
            self.is_connected = False
            self.transport.abort()

    def record_messages(self, text: bytes) -> None:
        """Record the messages in a text, and report any that is out of order."""
        for found in IDS.findall(text):
            if int(found) != self.last_id + 1:
                self.recorder.failed(f"message {int(found)} came after {self.last_id}")
            self.last_id += 1
            self.recorder.received(self)


class EventListener(Listener):
    """Reads server-sent events. It ignores the chunked encoding: servers send events whole."""

    def data_received(self, data: bytes) -> None:
        events, end, self.buffer = (self.buffer + data).rpartition(b"\n\n")
        if not end:
            return
        if events.startswith(b"HTTP/1.1 ") and not events.startswith(b"HTTP/1.1 200"):
            self.recorder.failed(repr(events))
        self.on_events(events)
        self.record_messages(events)

    def on_events(self, events: bytes) -> None:
        """Handle everything but the messages in these complete events."""
        raise NotImplementedError

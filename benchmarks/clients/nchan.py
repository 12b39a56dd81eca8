"""Nchan's channels. Nchan does not number messages, so the publisher numbers them."""

import itertools
import re
import time

from benchmarks.clients.connection import ConnectionPool, parse_answer
from benchmarks.clients.http import BODY
from benchmarks.clients.listener import EventListener, Listener, Recorder

# The position of a reader: Nchan sends it with each message, and the reader sends it back.
TIME = re.compile(rb"\r\nLast-Modified: ([^\r]*)")
TAG = re.compile(rb"\r\nEtag: ([^\r]*)")
EVENT = re.compile(rb"(?:^|\n)id: ([^\n]*)\n")


class NchanPoll(Listener):
    """Polls again after each answer, from the position in it."""

    chat: "NchanChannel"
    position = b""

    def start(self) -> None:
        self.poll()
        self.recorder.connected()

    def poll(self) -> None:
        request = b"GET /poll/%d HTTP/1.1\r\nHost: a\r\n" % self.chat.number
        self.transport.write(b"%b%b\r\n" % (request, self.position))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answer = parse_answer(self.buffer)
        if answer is None:
            return None
        head, body = answer
        self.buffer = b""
        modified, tag = TIME.search(head), TAG.search(head)
        if not head.startswith(b"HTTP/1.1 200") or not modified or not tag:
            return self.recorder.failed(repr(answer))
        self.position = b"If-Modified-Since: %b\r\nIf-None-Match: %b\r\n" % (modified[1], tag[1])
        self.record_messages(body)
        return self.poll()


class NchanStream(EventListener):
    """Opens a stream, and reads its events."""

    chat: "NchanChannel"
    position = b""

    def start(self) -> None:
        self.transport.write(
            b"GET /stream/%d HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n%b\r\n"
            % (self.chat.number, self.position)
        )
        self.recorder.connected()

    def on_events(self, events: bytes) -> None:
        for position in EVENT.findall(events):
            self.position = b"Last-Event-ID: %b\r\n" % position


class NchanChannel:
    """A channel; its first request creates it."""

    def __init__(
        self, pool: ConnectionPool, number: int, listener_class: type[NchanPoll | NchanStream]
    ) -> None:
        self.posted, self.posted_at = 0, time.perf_counter()
        self.number = number
        self._pool, self._listener_class = pool, listener_class

    async def new_listener(self, recorder: Recorder, name: str) -> Listener:
        return self._listener_class(recorder, self)

    async def post(self) -> None:
        message = {"id": self.posted, "username": "Guest", "body": BODY}
        await self._pool.ask("POST", f"/say/{self.number}", fields=message)


class NchanDriver:
    """Speaks Nchan's protocol."""

    def __init__(self, host: str, port: int, transport: str) -> None:
        self.pool = ConnectionPool(host, port)
        self._numbers = itertools.count(1)
        self._listener_class: type[NchanPoll | NchanStream]
        self._listener_class = NchanPoll if transport == "poll" else NchanStream

    async def create_chat(self, guests: int = 0) -> NchanChannel:
        return NchanChannel(self.pool, next(self._numbers), self._listener_class)

    def close(self) -> None:
        self.pool.close()

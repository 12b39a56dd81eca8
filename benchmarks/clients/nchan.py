"""Nchan's channels. It does not number messages: who publishes one does that here."""

import itertools
import re
import time

from benchmarks.clients.http import WORDS
from benchmarks.clients.listener import Audience, EventListener, Listener
from benchmarks.clients.wire import Desk, whole

# Where a reader is, as Nchan tells it, and wants to hear it again.
TIME = re.compile(rb"\r\nLast-Modified: ([^\r]*)")
TAG = re.compile(rb"\r\nEtag: ([^\r]*)")
EVENT = re.compile(rb"(?:^|\n)id: ([^\n]*)\n")


class NchanPoll(Listener):
    """Asks with the position of the last answer, takes the next, and asks again."""

    room: "NchanRoom"
    position = b""

    def begin(self) -> None:
        self.ask()
        self.audience.arrived()

    def ask(self) -> None:
        where = b"GET /poll/%d HTTP/1.1\r\nHost: a\r\n" % self.room.number
        self.transport.write(b"%b%b\r\n" % (where, self.position))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answer = whole(self.buffer)
        if answer is None:
            return None
        head, body = answer
        self.buffer = b""
        moment, tag = TIME.search(head), TAG.search(head)
        if not head.startswith(b"HTTP/1.1 200") or not moment or not tag:
            return self.audience.failed(repr(answer))
        self.position = b"If-Modified-Since: %b\r\nIf-None-Match: %b\r\n" % (moment[1], tag[1])
        self.take(body)
        return self.ask()


class NchanStream(EventListener):
    """Asks once, and takes what comes."""

    room: "NchanRoom"
    position = b""

    def begin(self) -> None:
        self.transport.write(
            b"GET /stream/%d HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n%b\r\n"
            % (self.room.number, self.position)
        )
        self.audience.arrived()

    def hear(self, events: bytes) -> None:
        for position in EVENT.findall(events):
            self.position = b"Last-Event-ID: %b\r\n" % position


class NchanRoom:
    """A channel; it is there as soon as somebody asks for it."""

    def __init__(self, desk: Desk, number: int, kind: type[NchanPoll | NchanStream]) -> None:
        self.said, self.said_at = 0, time.perf_counter()
        self.number = number
        self._desk, self._kind = desk, kind

    async def admit(self, audience: Audience, name: str) -> Listener:
        return self._kind(audience, self)

    async def say(self) -> None:
        message = {"id": self.said, "username": "Guest", "body": WORDS}
        await self._desk.ask("POST", f"/say/{self.number}", fields=message)


class NchanVenue:
    """A server with many channels."""

    def __init__(self, host: str, port: int, transport: str) -> None:
        self.desk = Desk(host, port)
        self._numbers = itertools.count(1)
        self._kind: type[NchanPoll | NchanStream]
        self._kind = NchanPoll if transport == "poll" else NchanStream

    async def open_room(self, guests: int = 0) -> NchanRoom:
        return NchanRoom(self.desk, next(self._numbers), self._kind)

    def close(self) -> None:
        self.desk.close()

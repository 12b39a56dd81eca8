"""A proxy before the server that records calls, and can be cut, silenced and healed."""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

CHUNK = 65_536  # bytes
REQUEST = re.compile(rb"([A-Z]+ /\S*) HTTP/1\.1\r\n")
NOTHING = re.compile(r"(?!)")

# What a server says that was asked too often. Nothing else comes by this connection.
TOO_OFTEN = """HTTP/1.1 429 Too Many Requests\r
Content-Type: application/json\r
Content-Length: {length}\r
Retry-After: {wait}\r
Connection: close\r
\r
{body}"""


@dataclass(eq=False)
class Call:
    """One request that was sent, as `POST /poll`, and when its answer began to come."""

    what: str
    sent: float
    answered: float | None = None
    refused: bool = False


class Line:
    """Forwards HTTP/1.1 to a server; `url` is what clients call it."""

    def __init__(self, url: str) -> None:
        self.upstream = int(url.rpartition(":")[2])
        self.calls: list[Call] = []
        self.is_cut = self.is_silent = False
        self.refused = self.lost = self.limited = NOTHING
        self.wait = 0
        self._wires: dict[Wire, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._wires.values(), return_exceptions=True)

    def cut(self) -> None:
        """Break every connection, and each new one at once."""
        self.is_cut = True
        for wire in self._wires:
            wire.snap()

    def silence(self) -> None:
        """Keep the connections, and let nothing through, as when the network changes."""
        self.is_silent = True
        for wire in self._wires:
            wire.is_silent = True

    def refuse(self, calls: str) -> None:
        """Break the connection at every call that matches: it never arrives."""
        self.refused = re.compile(calls)

    def lose(self, calls: str) -> None:
        """Break the connection when the answer to a matching call comes: nobody gets it."""
        self.lost = re.compile(calls)

    def limit(self, calls: str, wait: int) -> None:
        """Refuse every call that matches as one too many: ask again in so many seconds."""
        self.limited, self.wait = re.compile(calls), wait

    def heal(self) -> None:
        """Let everything through again, on new connections: those that fell silent remain so."""
        self.is_cut = self.is_silent = False
        self.refused = self.lost = self.limited = NOTHING

    def matching(self, calls: str) -> list[Call]:
        """Return the calls so far that match, oldest first."""
        return [call for call in self.calls if re.search(calls, call.what)]

    def held(self, calls: str = "") -> list[Call]:
        """Return the calls that match and wait for their answer on a connection that stands."""
        last = {wire.calls[-1] for wire in self._wires if wire.calls}
        return [call for call in self.matching(calls) if call in last and call.answered is None]

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire, task = Wire(self, reader, writer), asyncio.current_task()
        assert task
        self._wires[wire] = task
        with contextlib.suppress(OSError):
            await wire.carry()
        wire.snap()
        del self._wires[wire]


class Wire:
    """One connection of a client, and ours to the server behind it."""

    def __init__(
        self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.calls: list[Call] = []
        self.is_silent = line.is_silent
        self._line = line
        self._client = reader, writer
        self._ends = [writer]

    async def carry(self) -> None:
        """Carry bytes both ways until one side ends."""
        if self._line.is_cut:
            return
        reader, writer = await asyncio.open_connection("127.0.0.1", self._line.upstream)
        self._ends.append(writer)
        await asyncio.gather(
            self._carry(self._client[0], writer, self._ask),
            self._carry(reader, self._client[1], self._answer),
        )

    def snap(self) -> None:
        for end in self._ends:
            end.transport.abort()

    async def _carry(
        self,
        source: asyncio.StreamReader,
        goal: asyncio.StreamWriter,
        passes: Callable[[bytes], bool],
    ) -> None:
        while data := await source.read(CHUNK):
            if not passes(data):
                break
            if not self.is_silent:
                goal.write(data)
                await goal.drain()
        self.snap()

    def _ask(self, data: bytes) -> bool:
        if found := REQUEST.match(data):
            self.calls.append(Call(found[1].decode(), time.monotonic()))
            self._line.calls.append(self.calls[-1])
            if self._line.limited.search(self.calls[-1].what):
                self._refuse(self._line.wait)
        return not self._line.refused.search(self.calls[-1].what)

    def _refuse(self, wait: int) -> None:
        body = f'{{"error": "rate_limited", "message": "Slow down.", "retry_after": {wait}}}'
        answer = TOO_OFTEN.format(length=len(body), wait=wait, body=body)
        self._client[1].write(answer.encode())
        self.calls[-1].answered, self.calls[-1].refused = time.monotonic(), True
        self.is_silent = True  # the rest of the request goes nowhere

    def _answer(self, _: bytes) -> bool:
        if self.is_silent:
            return True
        if self._line.lost.search(self.calls[-1].what):
            return False
        self.calls[-1].answered = self.calls[-1].answered or time.monotonic()
        return True

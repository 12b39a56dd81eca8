"""A proxy in front of the server that records calls and simulates network faults."""

import asyncio
import contextlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

CHUNK = 65_536  # bytes
REQUEST = re.compile(rb"([A-Z]+ /\S*) HTTP/1\.1\r\n")
NOTHING = re.compile(r"(?!)")

# The answer of a server to one request too many.
TOO_OFTEN = '{{"error": "rate_limited", "message": "Slow down.", "retry_after": {wait}}}'


@dataclass
class Fault:
    """An answer that the proxy gives itself, after which it closes the connection."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    claimed: int | None = None  # the Content-Length, if it is not that of the body

    def encode(self) -> bytes:
        length = len(self.body.encode()) if self.claimed is None else self.claimed
        fields = {"Content-Type": "text/html", "Content-Length": length, "Connection": "close"}
        lines = [f"{name}: {value}" for name, value in (fields | self.headers).items()]
        return "\r\n".join([f"HTTP/1.1 {self.status} Fault", *lines, "", self.body]).encode()


@dataclass(eq=False)
class Call:
    """One request, such as `POST /poll`, and the time at which its answer began to arrive."""

    what: str
    sent: float
    answered: float | None = None
    refused: bool = False


class FaultyProxy:
    """Forwards HTTP/1.1 to a server; `url` is its own address for clients."""

    def __init__(self, url: str) -> None:
        self.upstream = int(url.rpartition(":")[2])
        self.calls: list[Call] = []
        self.is_cut = self.is_silent = False
        self.refused = self.lost = self.answered = NOTHING
        self.fault = Fault(500)
        self._connections: dict[Connection, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._connections.values(), return_exceptions=True)

    def cut(self) -> None:
        """Break every connection, and from now on each new one as soon as it opens."""
        self.is_cut = True
        for connection in self._connections:
            connection.abort()

    def silence(self) -> None:
        """Keep the connections open but forward nothing, as when a phone changes its network."""
        self.is_silent = True
        for connection in self._connections:
            connection.is_silent = True

    def refuse(self, calls: str) -> None:
        """Break the connection at every matching call before the call reaches the server."""
        self.refused = re.compile(calls)

    def lose(self, calls: str) -> None:
        """Break the connection when a matching call is answered, so that the answer is lost."""
        self.lost = re.compile(calls)

    def limit(self, calls: str, wait: int) -> None:
        """Answer every call that matches with 429 and a `Retry-After` of `wait` seconds."""
        limit = Fault(429, TOO_OFTEN.format(wait=wait), {"Retry-After": f"{wait}"})
        self.answer(calls, limit)

    def answer(self, calls: str, fault: Fault) -> None:
        """Answer every call that matches with this, in place of the server."""
        self.answered, self.fault = re.compile(calls), fault

    def heal(self) -> None:
        """Forward everything again on new connections; silenced connections stay silent."""
        self.is_cut = self.is_silent = False
        self.refused = self.lost = self.answered = NOTHING

    def matching(self, calls: str) -> list[Call]:
        """Return the calls so far that match, oldest first."""
        return [call for call in self.calls if re.search(calls, call.what)]

    def held(self, calls: str = "") -> list[Call]:
        """Return the matching calls that still wait for an answer on an open connection."""
        last = {connection.calls[-1] for connection in self._connections if connection.calls}
        return [call for call in self.matching(calls) if call in last and call.answered is None]

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection, task = Connection(self, reader, writer), asyncio.current_task()
        assert task
        self._connections[connection] = task
        with contextlib.suppress(OSError):
            await connection.forward()
        connection.abort()
        del self._connections[connection]


class Connection:
    """The connection of one client, and the proxy's connection to the server for this client."""

    def __init__(
        self, proxy: FaultyProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.calls: list[Call] = []
        self.is_silent = proxy.is_silent
        self._proxy = proxy
        self._client = reader, writer
        self._ends = [writer]

    async def forward(self) -> None:
        """Forward bytes both ways until one side ends."""
        if self._proxy.is_cut:
            return
        reader, writer = await asyncio.open_connection("127.0.0.1", self._proxy.upstream)
        self._ends.append(writer)
        await asyncio.gather(
            self._forward(self._client[0], writer, self._passes_request),
            self._forward(reader, self._client[1], self._passes_answer),
        )

    def abort(self) -> None:
        for end in self._ends:
            end.transport.abort()

    async def _forward(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        passes: Callable[[bytes], bool],
    ) -> None:
        while data := await source.read(CHUNK):
            if not passes(data):
                break
            if not self.is_silent:
                target.write(data)
                await target.drain()
        self.abort()

    def _passes_request(self, data: bytes) -> bool:
        if found := REQUEST.match(data):
            self.calls.append(Call(found[1].decode(), time.monotonic()))
            self._proxy.calls.append(self.calls[-1])
            if self._proxy.answered.search(self.calls[-1].what):
                self._refuse(self._proxy.fault)
        return not self._proxy.refused.search(self.calls[-1].what)

    def _refuse(self, fault: Fault) -> None:
        self._client[1].write(fault.encode())
        self.calls[-1].answered, self.calls[-1].refused = time.monotonic(), True
        self.is_silent = True  # the rest of the request is dropped

    def _passes_answer(self, _: bytes) -> bool:
        if self.is_silent:
            return True
        if self._proxy.lost.search(self.calls[-1].what):
            return False
        self.calls[-1].answered = self.calls[-1].answered or time.monotonic()
        return True

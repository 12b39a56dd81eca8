"""Plain HTTP requests, one at a time on each connection."""

import asyncio
import json
import re
import time
from typing import Any, NamedTuple, cast

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
SUCCESS = (200, 201, 202)  # Nchan says 201 and 202 to who publishes
STALE = 1.0  # seconds; a server may just be closing a connection that was idle for longer


def whole(answer: bytes) -> tuple[bytes, bytes] | None:
    """Return head and body of an answer, once all of it has come."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return None
    length = LENGTH.search(head)
    if length is None:
        raise ValueError(f"an answer of unknown length: {answer!r}")
    return (head, body) if len(body) >= int(length[1]) else None


class Answer(NamedTuple):
    """What came back."""

    head: bytes
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Wire(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answered: asyncio.Future[Answer] | None = None
        self._used_at = time.monotonic()
        self._lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one by looks only

    @property
    def fresh(self) -> bool:
        return not self._lost and time.monotonic() - self._used_at < STALE

    async def ask(self, method: str, path: str, token: str, fields: object = None) -> Answer:
        """Send a request, with JSON unless that is None; raise when the answer is no success."""
        self._answered = asyncio.get_running_loop().create_future()
        body = b"" if fields is None else json.dumps(fields).encode()
        credential = f"Authorization: Bearer {token}\r\n" if token else ""
        self._transport.write(
            f"{method} {path} HTTP/1.1\r\nHost: a\r\n{credential}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        answer = await self._answered
        self._used_at = time.monotonic()
        if int(answer.head[9:12]) not in SUCCESS:
            raise RuntimeError(f"{method} {path}: {answer}")
        return answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        found = whole(self._buffer)
        if found and self._answered and not self._answered.done():
            self._buffer = b""
            self._answered.set_result(Answer(*found))

    def connection_lost(self, error: Exception | None) -> None:
        self._lost = True
        if self._answered and not self._answered.done():
            self._answered.set_exception(ConnectionError(f"the server hung up: {error}"))

    def close(self) -> None:
        self._transport.abort()


class Desk:
    """Requests from whoever has one; each goes out on a connection that is free."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self._free: list[Wire] = []

    async def ask(self, method: str, path: str, token: str = "", fields: object = None) -> Answer:
        wire = await self.wire()
        answer = await wire.ask(method, path, token, fields)
        self._free.append(wire)
        return answer

    async def wire(self) -> Wire:
        """Return a connection that nobody uses."""
        while self._free:
            wire = self._free.pop()
            if wire.fresh:
                return wire
            wire.close()
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(Wire, self.host, self.port))[1]

    def close(self) -> None:
        for wire in self._free:
            wire.close()

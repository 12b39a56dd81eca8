"""HTTP/1.1 requests, one at a time on each connection."""

import asyncio
import json
import re
import time
from typing import Any, NamedTuple, cast

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
SUCCESS = (200, 201, 202)  # Nchan answers 201 and 202 to publishers
STALE = 1.0  # seconds; the server may be about to close a connection that was idle for longer


def parse_answer(answer: bytes) -> tuple[bytes, bytes] | None:
    """Return head and body of an answer, or None if it is incomplete."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return None
    length = LENGTH.search(head)
    if length is None:
        raise ValueError(f"an answer of unknown length: {answer!r}")
    return (head, body) if len(body) >= int(length[1]) else None


class Answer(NamedTuple):
    """The head and the body of a response."""

    head: bytes
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Connection(asyncio.Protocol):
    """A persistent connection."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answer: asyncio.Future[Answer] | None = None
        self._used_at = time.monotonic()
        self._is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is not a subclass

    @property
    def is_fresh(self) -> bool:
        return not self._is_lost and time.monotonic() - self._used_at < STALE

    async def ask(self, method: str, path: str, token: str, fields: object = None) -> Answer:
        """Send a request, with `fields` as JSON unless None. Raises RuntimeError if refused."""
        self._answer = asyncio.get_running_loop().create_future()
        body = b"" if fields is None else json.dumps(fields).encode()
        credential = f"Authorization: Bearer {token}\r\n" if token else ""
        self._transport.write(
            f"{method} {path} HTTP/1.1\r\nHost: a\r\n{credential}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        answer = await self._answer
        self._used_at = time.monotonic()
        if int(answer.head[9:12]) not in SUCCESS:
            raise RuntimeError(f"{method} {path}: {answer}")
        return answer

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        found = parse_answer(self._buffer)
        if found and self._answer and not self._answer.done():
            self._buffer = b""
            self._answer.set_result(Answer(*found))

    def connection_lost(self, error: Exception | None) -> None:
        self._is_lost = True
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionError(f"the server disconnected: {error}"))

    def close(self) -> None:
        self._transport.abort()


class ConnectionPool:
    """Sends each request on a free connection."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self._free: list[Connection] = []

    async def ask(self, method: str, path: str, token: str = "", fields: object = None) -> Answer:
        connection = await self.acquire()
        answer = await connection.ask(method, path, token, fields)
        self._free.append(connection)
        return answer

    async def acquire(self) -> Connection:
        """Take a connection that is free, or open one."""
        while self._free:
            connection = self._free.pop()
            if connection.is_fresh:
                return connection
            connection.close()
        loop = asyncio.get_running_loop()
        return (await loop.create_connection(Connection, self.host, self.port))[1]

    def close(self) -> None:
        for connection in self._free:
            connection.close()

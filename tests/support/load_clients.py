"""Thousands of readers over HTTP/1.1 on plain asyncio streams, and a check for an idle server.

A test must know that a thousand polls are *held*, and not still on their way. An answer to a
later request does not prove this, but the kernel's tables do: once the server has read all that was
sent, and each of its threads sleeps, it holds every request that waits for news (`is_quiet`).
"""

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from tests.support.api_client import SENT, Answer
from tests.support.server_process import SERVE, Server
from tests.support.waiting import PATIENCE, until
from watchparty.server.sockets import raise_file_limit

HOLD = 30  # seconds that polls ask for; less than PATIENCE, so a lost wake-up fails in time
NO_LINGER = struct.pack("ii", True, 0)  # linger for zero seconds (SO_LINGER in socket(7))


class Connection:
    """A kept-alive connection that sends a request in one call and reads its answer in another."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, url: str) -> Self:
        address = urlsplit(url)
        return cls(*await asyncio.open_connection(address.hostname, address.port))

    def ask(self, path: str, token: str, **query: Any) -> None:
        self._send(f"GET {path}?{urlencode(query)}", token)

    def send_message(self, path: str, token: str, said: str) -> None:
        self._send(f"POST {path}", token, json.dumps({"body": said}).encode())

    async def answer(self) -> Answer:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines)}
        body = await self._reader.readexactly(int(headers["content-length"]))
        return Answer(int(first.split()[1]), headers, body)

    async def get(self, path: str, token: str, **query: Any) -> Answer:
        self.ask(path, token, **query)
        return await self.answer()

    async def post(self, path: str, token: str, said: str) -> Answer:
        self.send_message(path, token, said)
        return await self.answer()

    def hang_up(self) -> None:
        """Close the connection in order (FIN)."""
        self._writer.close()

    def vanish(self) -> None:
        """Reset the connection (RST, which a close with an SO_LINGER of zero sends)."""
        self._writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, NO_LINGER)
        self._writer.transport.abort()

    def _send(self, what: str, token: str, body: bytes = b"") -> None:
        head = f"{what} HTTP/1.1\r\nHost: party.test\r\nAuthorization: Bearer {token}\r\n"
        self._writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


class Reader:
    """Follows one chat by its cursor, and records every id that it sees or misses."""

    def __init__(self, connection: Connection, path: str, token: str, since: int = 0) -> None:
        self.connection = connection
        self.since = since
        self.seen: dict[int, str] = {}
        self.missed: list[int] = []
        self.reported_ids: list[int] = []  # seen and missed, in the order of the answers
        self._path = path
        self._token = token
        self._epoch: dict[str, str] = {}

    def ask(self) -> None:
        self.connection.ask(self._path, self._token, since=self.since, wait=HOLD, **self._epoch)

    async def receive(self) -> list[int]:
        """Read and record an answer; return the ids of its messages."""
        async with asyncio.timeout(PATIENCE):
            page = (await self.connection.answer()).ok()
        assert not page["reset"]
        ids = [message["id"] for message in page["messages"]]
        missed = [*range(self.since + 1, self.since + 1 + page["missed"])]
        self.missed += missed
        self.reported_ids += missed + ids
        self.seen |= {message["id"]: message["body"] for message in page["messages"]}
        self.since, self._epoch = page["last_id"], {"epoch": page["epoch"]}
        return ids

    async def read(self) -> list[int]:
        self.ask()
        return await self.receive()

    async def read_until(self, last: int) -> None:
        while self.since < last:
            await self.read()

    def has_received_all(self, last: int) -> bool:
        """Return whether 1, 2 … last were seen or reported missed, in this order, each once."""
        return self.reported_ids == [*range(1, last + 1)]


@asynccontextmanager
async def connect_many(url: str, count: int) -> AsyncIterator[list[Connection]]:
    """Open `count` connections at once, and close them at the end."""
    raise_file_limit()
    connections = await asyncio.gather(*(Connection.to(url) for _ in range(count)))
    try:
        yield connections
    finally:
        for connection in connections:
            connection.hang_up()


@contextmanager
def start_server(folder: Path, *options: str) -> Iterator[Server]:
    """Start a server without rate limits, which must exit with 0 at the end."""
    with Server(folder, command=[*SERVE, *options]) as server:
        yield server


async def hold(readers: Iterable[Reader], server: Server) -> None:
    """Send a poll from every reader, and return when the server holds all of them."""
    for reader in readers:
        reader.ask()
    await until(lambda: is_quiet(server), "the server never came to rest")


async def until_held(server: Server, *requests: "asyncio.Task[Any]") -> None:
    """Wait until the server holds these requests, which nothing answers yet."""
    await until(lambda: all(request in SENT for request in requests), "a request was never sent")
    await until(lambda: is_quiet(server), "the server never came to rest")


def is_quiet(server: Server) -> bool:
    """Return whether the server has read all that was sent to it, and is idle.

    A thread that computes is in state R, one that waits for the disk in D. The check runs
    twice, because it reads the threads one by one, and they may pass work to each other.
    """
    tasks = Path(f"/proc/{server.process.pid}/task")
    port = urlsplit(server.url).port or 0
    for _ in range(2):
        states = {file.read_text().rpartition(")")[2].split()[0] for file in tasks.glob("*/stat")}
        if states != {"S"} or _unread(port):
            return False
    return True


def _unread(port: int) -> bool:
    """Return whether bytes or connections are under way to `port`, or wait there (proc(5))."""
    suffix = f":{port:04X}"
    for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, _, queues, *_ = row.split()
        sending, waiting = queues.split(":")
        if (local.endswith(suffix) and int(waiting, 16)) or (
            remote.endswith(suffix) and int(sending, 16)
        ):
            return True
    return False

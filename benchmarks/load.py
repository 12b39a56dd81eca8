"""Many clients of one chat in one cheap process: as little Python per answer as there can be."""

import asyncio
import json
import re
import time
from functools import partial
from urllib.parse import urlsplit

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
LAST_ID = re.compile(rb'"last_id":\s*(\d+)')
HOLD = 30  # seconds
AT_ONCE = 50  # who join in the same moment


def number(pattern: re.Pattern[bytes], text: bytes) -> int:
    """Return what a pattern finds; fails when that is nothing."""
    found = pattern.search(text)
    assert found, text
    return int(found[1])


class Poller(asyncio.Protocol):
    """One client on one connection: asks, takes the answer, and asks again."""

    def __init__(self, crowd: "Crowd", token: str) -> None:
        self.crowd = crowd
        self.token = token
        self.since = 0
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.transport.write(
            b"GET /%d?since=%d&wait=%d HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %b\r\n\r\n"
            % (self.crowd.chat_id, self.since, HOLD, self.token.encode())
        )

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or len(body) < number(LENGTH, head):
            return
        if b" 200 " not in head[:20]:
            raise RuntimeError(self.buffer.decode())
        self.buffer = b""
        self.since = number(LAST_ID, body)
        self.crowd.heard(self.since)
        self.ask()


class Crowd:
    """All who wait in one chat, and who says something there."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self.host, self.port = address.hostname or "", address.port or 0
        self.pollers: list[Poller] = []
        self.latencies: list[float] = []
        self.chat_id = 0

    async def gather(self, size: int) -> None:
        """Start a chat, let so many join it with tokens of their own, and let them wait."""
        made = await self.post("/create", {})
        self.chat_id, self.token = int(made["chat_id"]), made["session_token"]
        tokens: list[str] = []
        for start in range(0, size, AT_ONCE):
            join = {"magic_key": made["magic_key"]}
            joins = [
                self.post(f"/{self.chat_id}/join", join)
                for _ in range(start, min(start + 50, size))
            ]
            tokens += [joined["session_token"] for joined in await asyncio.gather(*joins)]
        loop = asyncio.get_running_loop()
        for token in tokens:
            _, poller = await loop.create_connection(
                partial(Poller, self, token), self.host, self.port
            )
            self.pollers.append(poller)

    async def say(self, patience: float = 60) -> None:
        """Say something and return when everybody has it."""
        self.missing, self.done = len(self.pollers), asyncio.Event()
        self.began = time.perf_counter()
        await self.post(f"/{self.chat_id}", {"body": "Look behind you!"})
        async with asyncio.timeout(patience):
            await self.done.wait()

    def heard(self, since: int) -> None:
        """Note that somebody has the newest message."""
        self.latencies.append(time.perf_counter() - self.began)
        self.missing -= 1
        if not self.missing:
            self.done.set()

    async def post(self, path: str, fields: dict[str, str]) -> dict[str, str]:
        """Send one request on a connection of its own."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        body = json.dumps(fields).encode()
        token = (
            f"Authorization: Bearer {self.token}\r\n" if self.chat_id and "join" not in path else ""
        )
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{token}"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        answer = await reader.read()
        writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b" 200 " in head[:20], answer
        found: dict[str, str] = json.loads(body)
        return found

    def leave(self) -> None:
        """Hang up."""
        for poller in self.pollers:
            poller.transport.abort()

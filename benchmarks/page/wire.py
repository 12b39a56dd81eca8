"""One connection to the server that is kept, as a browser keeps it, and little else."""

import asyncio
import json
import re
from typing import Any, Self
from urllib.parse import urlsplit

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class Wire:
    """Sends a request when the last one was answered."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, url: str) -> Self:
        """Connect."""
        address = urlsplit(url)
        return cls(*await asyncio.open_connection(address.hostname, address.port))

    async def ask(self, method: str, path: str, token: str, body: object = None) -> Any:
        """Return the JSON of the answer, which must be a success."""
        text = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        )
        self._writer.write(head.encode() + text)
        answered = await self._reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(answered)
        assert length, answered
        said = await self._reader.readexactly(int(length[1]))
        assert b" 200 " in answered[:20], said
        return json.loads(said)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

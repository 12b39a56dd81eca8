"""Clients that post, read and hang up; each retries until it succeeds."""

import asyncio
import json
import random
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.torture.ledger import Ledger, Reading

FAILURES = (aiohttp.ClientError, TimeoutError, ConnectionError)
PAUSE = 0.02  # seconds between two tries, and the longest pause between two messages of one poster


@dataclass(frozen=True)
class Client:
    """A member of a chat who uses the API from a program."""

    session: aiohttp.ClientSession
    url: str
    path: str
    token: str

    async def say(self, body: str, key: str) -> tuple[dict[str, Any], bool]:
        """Post a message with one idempotency key until the server acknowledges it."""
        headers = self._headers | {"Idempotency-Key": key}
        while True:
            with suppress(*FAILURES):
                async with self.session.post(
                    self.url + self.path, json={"body": body}, headers=headers
                ) as answer:
                    if answer.status == 200:
                        return await answer.json(), "Idempotent-Replay" in answer.headers
                    assert answer.status == 503, await answer.text()
            await asyncio.sleep(PAUSE)

    async def read(self, reading: Reading, wait: float) -> None:
        """Poll once from the cursor, and record the page if one arrives."""
        query = {"since": reading.since, "wait": wait} | (
            {"epoch": reading.epoch} if reading.epoch else {}
        )
        with suppress(*FAILURES):
            async with self.session.get(
                self.url + self.path, params=query, headers=self._headers
            ) as answer:
                page = await answer.json()
                if answer.status == 200:
                    reading.take(page)
                    return
                assert answer.status == 503, page
        await asyncio.sleep(PAUSE)

    async def visit(self, ledger: Ledger) -> None:
        """Read the whole window, as a new reader would."""
        with suppress(*FAILURES):
            async with self.session.get(self.url + self.path, headers=self._headers) as answer:
                if answer.status == 200:
                    ledger.check_window(await answer.json())

    async def vanish(self, body: str) -> None:
        """Post and hang up before the answer; the message is stored once or not at all."""
        address, data = urlsplit(self.url), json.dumps({"body": body}).encode()
        head = f"POST {self.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}\r\n"
        with suppress(OSError):
            _, writer = await asyncio.open_connection(address.hostname, address.port)
            writer.write(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
            with suppress(OSError):
                await writer.drain()
            writer.close()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def post(client: Client, ledger: Ledger, name: str, enough: asyncio.Event) -> None:
    """Post message after message, each until the server acknowledges it."""
    number = 0
    while not enough.is_set():
        number += 1
        body = f"{name}: {number}"
        message, replayed = await client.say(body, secrets.token_hex(16))
        ledger.acknowledge(message["id"], body)
        ledger.replays += replayed
        await asyncio.sleep(random.uniform(0, PAUSE))


async def follow(client: Client, reading: Reading, finished: asyncio.Event) -> None:
    """Poll until posting has finished and no message is left to read."""
    while not finished.is_set():
        await client.read(reading, wait=1)
    before = None
    while before != reading.since:
        before = reading.since
        await client.read(reading, wait=0)


async def pass_by(client: Client, name: str, enough: asyncio.Event) -> None:
    """Post messages without waiting for any answer."""
    number = 0
    while not enough.is_set():
        number += 1
        await client.vanish(f"{name}: {number}")
        await asyncio.sleep(random.uniform(0, 20 * PAUSE))

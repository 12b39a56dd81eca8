"""Clients that post, follow and hang up; each tries again until it is done."""

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

TROUBLE = (aiohttp.ClientError, TimeoutError, ConnectionError)
BREATH = 0.02  # seconds between two tries, and at most between two messages of one poster


@dataclass(frozen=True)
class Client:
    """Somebody in a chat, as a program that uses the API would be."""

    session: aiohttp.ClientSession
    url: str
    path: str
    token: str

    async def say(self, body: str, key: str) -> tuple[dict[str, Any], bool]:
        """Post until it is acknowledged, always with the same key."""
        headers = self._headers | {"Idempotency-Key": key}
        while True:
            with suppress(*TROUBLE):
                async with self.session.post(
                    self.url + self.path, json={"body": body}, headers=headers
                ) as answer:
                    if answer.status == 200:
                        return await answer.json(), "Idempotent-Replay" in answer.headers
                    assert answer.status == 503, await answer.text()
            await asyncio.sleep(BREATH)

    async def read(self, reading: Reading, wait: float) -> None:
        """Follow the cursor by one answer, if there is one."""
        query = {"since": reading.since, "wait": wait} | (
            {"epoch": reading.epoch} if reading.epoch else {}
        )
        with suppress(*TROUBLE):
            async with self.session.get(
                self.url + self.path, params=query, headers=self._headers
            ) as answer:
                page = await answer.json()
                if answer.status == 200:
                    reading.take(page)
                    return
                assert answer.status == 503, page
        await asyncio.sleep(BREATH)

    async def visit(self, ledger: Ledger) -> None:
        """Look at the chat as somebody who has just come."""
        with suppress(*TROUBLE):
            async with self.session.get(self.url + self.path, headers=self._headers) as answer:
                if answer.status == 200:
                    ledger.look_over(await answer.json())

    async def vanish(self, body: str) -> None:
        """Post, and be gone before the answer: it is said once or never."""
        place, data = urlsplit(self.url), json.dumps({"body": body}).encode()
        head = f"POST {self.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}\r\n"
        with suppress(OSError):
            _, writer = await asyncio.open_connection(place.hostname, place.port)
            writer.write(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
            with suppress(OSError):
                await writer.drain()
            writer.close()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def post(client: Client, ledger: Ledger, name: str, enough: asyncio.Event) -> None:
    """Say one thing after the other, each until it is acknowledged."""
    number = 0
    while not enough.is_set():
        number += 1
        body = f"{name}: {number}"
        message, replayed = await client.say(body, secrets.token_hex(16))
        ledger.acknowledge(message["id"], body)
        ledger.replays += replayed
        await asyncio.sleep(random.uniform(0, BREATH))


async def follow(client: Client, reading: Reading, finished: asyncio.Event) -> None:
    """Read until everything has been said and heard."""
    while not finished.is_set():
        await client.read(reading, wait=1)
    before = None
    while before != reading.since:
        before = reading.since
        await client.read(reading, wait=0)


async def pass_by(client: Client, name: str, enough: asyncio.Event) -> None:
    """Say things without ever waiting for an answer."""
    number = 0
    while not enough.is_set():
        number += 1
        await client.vanish(f"{name}: {number}")
        await asyncio.sleep(random.uniform(0, 20 * BREATH))

"""A client for event streams that parses them as a browser does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp

from tests.support.api_fixtures import Person

WANTED = {"Accept": "text/event-stream"}


class Event(NamedTuple):
    """One event, as a browser dispatches it."""

    kind: str
    id: str | None
    data: Any


class Stream:
    """The events of one response."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer
        self.comments = 0

    async def next(self) -> Event:
        """Wait for the next event; count the comments before it. Raises EOFError at the end."""
        async with asyncio.timeout(20):
            while True:
                fields: dict[str, str] = {}
                while (line := (await self._answer.content.readline()).decode()) != "\n":
                    if not line:
                        raise EOFError
                    name, _, value = line.rstrip("\n").partition(":")
                    fields[name] = value.removeprefix(" ")
                if "data" in fields:
                    data = json.loads(fields["data"])
                    return Event(fields.get("event", "message"), fields.get("id"), data)
                self.comments += 1

    async def ids(self, count: int) -> list[int]:
        """Return the ids of the next messages; no other event may come between them."""
        events = [await self.next() for _ in range(count)]
        assert {event.kind for event in events} <= {"message"}
        assert [event.id for event in events] == [str(event.data["id"]) for event in events]
        return [event.data["id"] for event in events]


@asynccontextmanager
async def stream(
    person: Person,
    last_id: str | None = None,
    chat_id: int | None = None,
    wanted: dict[str, str] = WANTED,
    **query: Any,
) -> AsyncIterator[Stream]:
    headers = wanted | {"Authorization": f"Bearer {person.session_token}"}
    if last_id is not None:
        headers["Last-Event-ID"] = last_id
    url = f"{person.api.url}/{chat_id or person.chat_id}"
    timeout = aiohttp.ClientTimeout(total=None)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(url, headers=headers, params=query) as answer,
    ):
        assert answer.status == 200, await answer.read()
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        yield Stream(answer)

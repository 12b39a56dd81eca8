"""People join one chat until it is full, and each is told who is there, as the page is.

Whoever sends the whole list to everybody at each join sends n² of them: what counts is how many
times the final roster each of them was sent.
"""

import asyncio
import json
from contextlib import suppress
from typing import Any

from benchmarks.clients.http import HOLD, HttpRoom, HttpVenue
from benchmarks.clients.wire import Answer
from benchmarks.running import Running

WITHIN = 10.0  # seconds in which all come
SETTLED = 3.0  # seconds after the last one, until all must have the final roster


class Visit:
    """Somebody who comes, reads the whole chat once, and then waits for what changes."""

    def __init__(self, venue: HttpVenue, room: HttpRoom, after: float) -> None:
        self._venue, self._room, self._after = venue, room, after
        self.roster: list[Any] = []
        self.told = self.sent = 0  # times, and bytes with the headers

    async def pay(self) -> None:
        await asyncio.sleep(self._after)
        # The first one is the host, who is in already.
        name = f"Guest {self._after:.3f}"
        self._token = await self._room.join(name) if self._after else self._room.token
        self._wire = await self._venue.desk.wire()
        page = self._look(await self._ask(""))
        while True:
            cursor = f"?since={page['last_id']}&epoch={page['epoch']}&rev={page['rev']}"
            page |= self._look(await self._ask(f"{cursor}&wait={HOLD}"))

    async def _ask(self, query: str) -> Answer:
        return await self._wire.ask("GET", f"/{self._room.chat_id}{query}", self._token)

    def _look(self, answer: Answer) -> dict[str, Any]:
        page: dict[str, Any] = answer.json()
        members = page["state"]["members"] if "state" in page else page.get("members")
        if members is not None:
            self.roster = members
            self.told += 1
            self.sent += len(answer.head) + len(answer.body)
        return page


async def measure(server: Running, transport: str, size: int, effort: float) -> dict[str, float]:
    """Return how many bytes were sent for the roster, and how many times its final form that is."""
    venue = HttpVenue(server.host, server.port, transport)
    room = await venue.open_room()
    used = server.cpu()
    visits = [Visit(venue, room, number * WITHIN / size) for number in range(size)]
    with suppress(TimeoutError):  # nobody leaves; who fails fails us all
        await asyncio.wait_for(asyncio.gather(*(visit.pay() for visit in visits)), WITHIN + SETTLED)
    used = server.cpu() - used
    incomplete = sum(len(visit.roster) != size for visit in visits)
    if incomplete:
        raise RuntimeError(f"{incomplete} of {size} do not know everybody")
    return figures(visits, await final(venue, room), used)


async def final(venue: HttpVenue, room: HttpRoom) -> int:
    """Return how many bytes the roster has in the end, in the form in which it is told."""
    path = f"/{room.chat_id}?since=0&rev=0&wait=1"
    state = (await venue.desk.ask("GET", path, room.token)).json()["state"]
    venue.close()
    return len(json.dumps(state, separators=(",", ":"), ensure_ascii=False).encode())


def figures(visits: list[Visit], document: int, used: float) -> dict[str, float]:
    sent = sum(visit.sent for visit in visits)
    return {
        "sent_mb": sent / 1e6,
        "document_kb": document / 1e3,
        "times": sent / (len(visits) * document),
        "answers": sum(visit.told for visit in visits) / len(visits),
        "cpu_s": used,
    }

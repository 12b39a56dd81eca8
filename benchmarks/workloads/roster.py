"""People join one chat until it is full, and each is told who is there, as the page is.

Whoever sends the whole list to everybody at each join sends n² of them: what counts is how many
times the final roster each of them was sent.
"""

import asyncio
import json
from typing import Any

from benchmarks.clients.http import HOLD, HttpRoom, HttpVenue
from benchmarks.clients.wire import Answer, Wire
from benchmarks.running import Running

WITHIN = 10.0  # seconds in which all come
SETTLED = 3.0  # seconds after the last one, until all must have the final roster


class Watcher:
    """Somebody with the page open: reads the whole chat once, and then waits for what changes."""

    def __init__(self, room: HttpRoom, token: str, wire: Wire) -> None:
        self._room, self._token, self._wire = room, token, wire
        self.roster: list[Any] = []
        self.told = self.sent = 0  # times, and bytes with the headers

    async def watch(self) -> None:
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
    watchers, watching = [Watcher(room, room.token, await venue.desk.wire())], []
    watching = [asyncio.ensure_future(watchers[0].watch())]
    for number in range(1, size):
        watchers.append(await enter(venue, room, number))
        watching.append(asyncio.ensure_future(watchers[-1].watch()))
        await asyncio.sleep(WITHIN / size)
    await asyncio.sleep(SETTLED)
    used = server.cpu() - used
    for task in watching:
        task.cancel()
    incomplete = sum(len(watcher.roster) != size for watcher in watchers)
    if incomplete:
        raise RuntimeError(f"{incomplete} of {size} do not know everybody")
    return figures(watchers, await final(venue, room), used)


async def enter(venue: HttpVenue, room: HttpRoom, number: int) -> Watcher:
    """Let the next one in."""
    return Watcher(room, await room.join(f"Guest {number}"), await venue.desk.wire())


async def final(venue: HttpVenue, room: HttpRoom) -> int:
    """Return how many bytes the roster has in the end, in the form in which it is told."""
    path = f"/{room.chat_id}?since=0&rev=0&wait=1"
    state = (await venue.desk.ask("GET", path, room.token)).json()["state"]
    venue.close()
    return len(json.dumps(state, separators=(",", ":"), ensure_ascii=False).encode())


def figures(watchers: list[Watcher], document: int, used: float) -> dict[str, float]:
    sent = sum(watcher.sent for watcher in watchers)
    return {
        "sent_mb": sent / 1e6,
        "document_kb": document / 1e3,
        "times": sent / (len(watchers) * document),
        "answers": sum(watcher.told for watcher in watchers) / len(watchers),
        "cpu_s": used,
    }

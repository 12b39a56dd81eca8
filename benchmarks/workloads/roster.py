"""People join one chat until it is full, and each receives the list of members, as the page does.

Sending the whole list to everybody at each join would cost n² lists. The figure is the
bytes sent, as a multiple of sending the final list once to each of them.
"""

import asyncio
import json
from contextlib import suppress
from typing import Any

from benchmarks.clients.connection import Answer
from benchmarks.clients.http import HOLD, HttpChat, HttpDriver
from benchmarks.running import RunningServer

JOINING = 10.0  # seconds in which all join
SETTLING = 3.0  # seconds after the last join until all must have the final roster


class JoiningMember:
    """A member who joins, reads the whole chat once, and then polls for changes."""

    def __init__(self, driver: HttpDriver, chat: HttpChat, delay: float) -> None:
        self._driver, self._chat, self._delay = driver, chat, delay
        self.roster: list[Any] = []
        self.updates = 0  # answers with a roster
        self.sent = 0  # their bytes, with the headers

    async def join_and_poll(self) -> None:
        await asyncio.sleep(self._delay)
        # Number 0 is the host, who is a member already.
        name = f"Guest {self._delay:.3f}"
        self._token = await self._chat.join(name) if self._delay else self._chat.token
        self._connection = await self._driver.pool.acquire()
        page = self._read(await self._ask(""))
        while True:
            cursor = f"?since={page['last_id']}&epoch={page['epoch']}&rev={page['rev']}"
            page |= self._read(await self._ask(f"{cursor}&wait={HOLD}"))

    async def _ask(self, query: str) -> Answer:
        return await self._connection.ask("GET", f"/{self._chat.chat_id}{query}", self._token)

    def _read(self, answer: Answer) -> dict[str, Any]:
        page: dict[str, Any] = answer.json()
        members = page["state"]["members"] if "state" in page else page.get("members")
        if members is not None:
            self.roster = members
            self.updates += 1
            self.sent += len(answer.head) + len(answer.body)
        return page


async def measure(
    server: RunningServer, transport: str, size: int, effort: float
) -> dict[str, float]:
    """Return the bytes of all rosters sent, and their ratio to the final roster for each member."""
    driver = HttpDriver(server.host, server.port, transport)
    chat = await driver.create_chat()
    cpu_before = server.cpu()
    joining = [JoiningMember(driver, chat, number * JOINING / size) for number in range(size)]
    with suppress(TimeoutError):  # the members poll until then; any other error fails the benchmark
        await asyncio.wait_for(
            asyncio.gather(*(member.join_and_poll() for member in joining)), JOINING + SETTLING
        )
    server_cpu = server.cpu() - cpu_before
    incomplete = sum(len(member.roster) != size for member in joining)
    if incomplete:
        raise RuntimeError(f"{incomplete} of {size} did not receive the final roster")
    return figures(joining, await final_size(driver, chat), server_cpu)


async def final_size(driver: HttpDriver, chat: HttpChat) -> int:
    """Return the size of the final roster in bytes, in the form in which it is sent."""
    path = f"/{chat.chat_id}?since=0&rev=0&wait=1"
    state = (await driver.pool.ask("GET", path, chat.token)).json()["state"]
    driver.close()
    return len(json.dumps(state, separators=(",", ":"), ensure_ascii=False).encode())


def figures(joining: list[JoiningMember], roster_size: int, server_cpu: float) -> dict[str, float]:
    sent = sum(member.sent for member in joining)
    return {
        "sent_mb": sent / 1e6,
        "document_kb": roster_size / 1e3,
        "times": sent / (len(joining) * roster_size),
        "answers": sum(member.updates for member in joining) / len(joining),
        "cpu_s": server_cpu,
    }

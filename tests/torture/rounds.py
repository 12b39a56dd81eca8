"""Kill the server and break connections at random moments while clients post and read."""

import asyncio
import random
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import aiohttp

from tests.support.api_client import Api
from tests.support.api_fixtures import guest, host
from tests.support.faulty_proxy import FaultyProxy
from tests.support.server_process import Server
from tests.torture.ledger import Ledger, Reading
from tests.torture.people import Client, follow, pass_by, post
from watchparty.server.sockets import raise_file_limit

CHATS = 4
POSTERS = 4  # in each chat
KILLS = 2  # at least, however slow the machine is
LIFE = (0.3, 3.0)  # seconds that a server lives
CALM = (0.05, 0.6)  # seconds between two faults on the connections


@dataclass(frozen=True)
class Report:
    """The counts at the end of a run."""

    kills: int
    cuts: int
    acknowledged: int
    replays: int
    unseen: int
    lost: int
    doubled: int
    gaps: int

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.gaps)

    def table(self) -> str:
        """Return it as Markdown."""
        rows = {
            "kills (`kill -9`) and restarts": self.kills,
            "times all connections were cut, or answers lost": self.cuts,
            "messages acknowledged": self.acknowledged,
            "of these on a repeat, because the first answer was lost": self.replays,
            "acknowledged, but gone from the window before any reader came (declared)": self.unseen,
            "**acknowledged and lost**": self.lost,
            "**doubled**": self.doubled,
            "**gaps that were not reported**": self.gaps,
        }
        lines = [f"| {what} | {count:,} |" for what, count in rows.items()]
        return "\n".join(["| what | count |", "| --- | ---: |", *lines])


@dataclass(frozen=True)
class Party:
    """One chat with everybody in it; the historian connects without the proxy."""

    posters: list[Client]
    reader: Client
    historian: Client
    passer: Client
    ledger: Ledger

    @classmethod
    async def of(cls, api: Api, proxy: FaultyProxy, session: aiohttp.ClientSession) -> Self:
        alice, made = await host(api, "Alice")
        invitation = made["chat_id"], made["magic_key"]
        people = [await guest(api, f"Guest {n}", *invitation) for n in range(POSTERS + 2)]
        clients = [
            Client(session, proxy.url, person.path, person.session_token) for person in people
        ]
        historian = Client(session, api.url, alice.path, alice.session_token)
        return cls(clients[2:], clients[0], historian, clients[1], Ledger())


async def torture(folder: Path, seconds: float) -> Report:
    """Run posters and readers under all faults for some seconds, and return the counts."""
    raise_file_limit()
    async with Server(folder) as server, FaultyProxy(server.url) as proxy, _session() as session:
        async with Api(server.url) as api:
            parties = [await Party.of(api, proxy, session) for _ in range(CHATS)]
        kills, cuts = await _run(server, proxy, parties, time.monotonic() + seconds)
        return _count(parties, kills, cuts)


async def _run(
    server: Server, proxy: FaultyProxy, parties: list[Party], deadline: float
) -> tuple[int, int]:
    enough, finished = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as listening:
        for party in parties:
            for client in (party.historian, party.reader):
                party.ledger.readings.append(reading := Reading())
                listening.create_task(follow(client, reading, finished))
        async with asyncio.TaskGroup() as talking:
            for number, party in enumerate(parties):
                talking.create_task(pass_by(party.passer, f"Passer-by {number}", enough))
                for poster in party.posters:
                    name = f"Poster {secrets.token_hex(4)}"
                    talking.create_task(post(poster, party.ledger, name, enough))
            trouble = await asyncio.gather(_kill(server, parties, deadline), _cut(proxy, deadline))
            enough.set()
        finished.set()
    return trouble


async def _kill(server: Server, parties: list[Party], deadline: float) -> int:
    """Kill and restart the server until the deadline, and further until a kill lost an answer."""
    kills = 0
    while time.monotonic() < deadline or kills < KILLS or not _replays(parties):
        await asyncio.sleep(random.uniform(*LIFE))
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start_again)
        kills += 1
        await asyncio.gather(*(party.historian.visit(party.ledger) for party in parties))
    return kills


def _replays(parties: list[Party]) -> int:
    return sum(party.ledger.replays for party in parties)


async def _cut(proxy: FaultyProxy, deadline: float) -> int:
    cuts = 0
    while time.monotonic() < deadline:
        await asyncio.sleep(random.uniform(*CALM))
        if what := random.choice(["", "^POST", "^GET"]):
            proxy.lose(what)
        else:
            proxy.cut()
        cuts += 1
        await asyncio.sleep(random.uniform(*CALM) / 4)
        proxy.heal()
    return cuts


def _count(parties: list[Party], kills: int, cuts: int) -> Report:
    ledgers = [party.ledger for party in parties]
    last = [max(reading.since for reading in ledger.readings) for ledger in ledgers]
    return Report(
        kills=kills,
        cuts=cuts,
        acknowledged=sum(len(ledger.acknowledged) for ledger in ledgers),
        replays=_replays(parties),
        unseen=sum(ledger.unseen() for ledger in ledgers),
        lost=sum(ledger.lost(id_) for ledger, id_ in zip(ledgers, last, strict=True)),
        doubled=sum(ledger.doubled() for ledger in ledgers),
        gaps=sum(
            ledger.holes + sum(reading.gaps for reading in ledger.readings) for ledger in ledgers
        ),
    )


def _session() -> aiohttp.ClientSession:
    patience = aiohttp.ClientTimeout(total=10)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=patience)

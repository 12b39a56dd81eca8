"""Measure whether the database grows over time: `python -m benchmarks.growth [CHATS [ROUNDS]]`.

In each round new people create chats, invite a guest each and post. Then three months pass, and the
product's own cleanup deletes the chats and their people. Only the clock is simulated. One more chat
stays active during the cleanup, and the latency of its posts is measured. Exits with 1 if the file
grows after the second round.
"""

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from watchparty.party import timestamps
from watchparty.party.service import ChatAccess, ChatService
from watchparty.party.validation import Draft
from watchparty.server.cleanup import BATCH_PAUSE
from watchparty.storage import open_store

CHATS = 10_000
ROUNDS = 10
MESSAGES = 5  # in each chat
AT_ONCE = 100  # parties at the same time
TTL = 7 * 24 * 60 * 60  # seconds; the default of WATCHPARTY_CHAT_TTL
SKIPPED = 91 * 24 * 60 * 60 * 1000  # milliseconds; people without a chat are kept for 90 days
PAUSE = 0.005  # seconds between two messages of the chat that stays active
GROWTH_MAX = 1.1  # times the size after the second round

_offset = 0  # milliseconds that the simulated clock is ahead
_now = timestamps.now


def simulated_now() -> int:
    """Return the simulated time."""
    return _now() + _offset


async def hold_party(service: ChatService) -> None:
    """Hold one short party."""
    admission = await service.create(None, None)
    chat, host = admission.access.chat, admission.access.member
    invitation = chat.state.invites.guest
    guest = (await service.join(chat.chat_id, invitation, None, "Bob")).access.member
    for number in range(MESSAGES):
        author = guest if number % 2 else host
        await chat.say(author, Draft("Did you see that? " * 4, f"key {number}"))


async def hold_parties(service: ChatService, chats: int) -> None:
    """Hold many parties, AT_ONCE at a time."""
    remaining = iter(range(chats))

    async def hold_next() -> None:
        for _ in remaining:
            await hold_party(service)

    await asyncio.gather(*(hold_next() for _ in range(AT_ONCE)))


async def delete_all(service: ChatService, file: Path) -> tuple[float, float]:
    """Delete until nothing is left; return the seconds in all and those of the longest batch."""
    began, longest = time.perf_counter(), 0.0
    more = 1
    while more or count(file, "users") > 1:
        batch_began = time.perf_counter()
        more = await service.delete_expired(TTL)
        longest = max(longest, time.perf_counter() - batch_began)
        await asyncio.sleep(BATCH_PAUSE)
    return time.perf_counter() - began, longest


@asynccontextmanager
async def keep_posting(access: ChatAccess) -> AsyncIterator[list[float]]:
    """Keep posting in a chat; yield the list of latencies in ms, which grows meanwhile."""
    latencies: list[float] = []

    async def post() -> None:
        while True:
            began = time.perf_counter()
            await access.chat.say(access.member, Draft("Still here"))
            latencies.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(PAUSE)

    task = asyncio.create_task(post())
    yield latencies
    task.cancel()


def count(file: Path, table: str) -> int:
    """Count the rows of a table, through a connection of its own."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        [(rows,)] = db.execute(f"SELECT count(*) FROM {table}")
    return int(rows)


def free(file: Path) -> int:
    """Count the free pages in the file."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        [(pages,)] = db.execute("PRAGMA freelist_count")
    return int(pages)


def size(file: Path) -> int:
    """Return the size of the database and its write-ahead log, in KB."""
    return sum(part.stat().st_size for part in file.parent.glob(f"{file.name}*")) // 1024


async def run(file: Path, chats: int, rounds: int) -> list[int]:
    """Run all rounds, print a line for each, and return the sizes in KB."""
    global _offset
    service = ChatService(open_store(f"sqlite:{file}"))
    access = (await service.create(None, "Alice")).access
    sizes = []
    for number in range(1, rounds + 1):
        await hold_parties(service, chats)
        before = size(file)
        _offset += SKIPPED
        await access.chat.say(access.member, Draft("How time flies"))
        async with keep_posting(access) as latencies:
            seconds, longest = await delete_all(service, file)
        after = size(file)
        sizes.append(after)
        print(
            f"{number:5} {before:11,} {after:10,} {free(file):7,} {seconds:8.1f}"
            f" {longest * 1000:8.0f} {statistics.median(latencies):8.1f} {max(latencies):8.0f}",
            flush=True,
        )
    await service.store.close()
    return sizes


def main() -> None:
    """Print a table; exit with 1 if the database grew."""
    chats, rounds = [*map(int, sys.argv[1:]), *(CHATS, ROUNDS)[len(sys.argv) - 1 :]]
    timestamps.now = simulated_now
    print(f"{chats:,} chats in each round, with {MESSAGES} messages of 2 people each")
    print("        KB before   KB after    free  cleanup  longest     latency (ms)")
    print("round     cleanup    cleanup   pages        s batch ms   median      max")
    with tempfile.TemporaryDirectory() as folder:
        sizes = asyncio.run(run(Path(folder) / "party.db", chats, rounds))
    if sizes[-1] > GROWTH_MAX * sizes[min(1, rounds - 1)]:
        sys.exit("The database grows.")


if __name__ == "__main__":
    main()

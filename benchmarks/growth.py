"""Does a database that has seen many chats grow? `python -m benchmarks.growth [CHATS [ROUNDS]]`.

In each round a number of chats is started by new people, who invite a guest and talk, and then
three months pass: the product's own sweep deletes the chats, and who came for them. Time is
the only thing that is made up here. Meanwhile one chat goes on talking, and its author's waits
are measured. Exits with 1 when the file grows after the second round.
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

from watchparty.party import clock
from watchparty.party.service import ChatAccess, ChatService
from watchparty.party.validation import Draft
from watchparty.server.cleanup import BATCH_PAUSE
from watchparty.storage import open_store

CHATS = 10_000
ROUNDS = 10
SAID = 5  # messages in each
AT_ONCE = 100  # people who are at it at the same time
TTL = 7 * 24 * 60 * 60  # seconds; the default of WATCHPARTY_CHAT_TTL
ABSENT = 91 * 24 * 60 * 60 * 1000  # milliseconds; a day more than people in no chat are kept
PAUSE = 0.005  # seconds between two messages of the chat that goes on
SLACK = 1.1  # of the size after the second round

_passed = 0  # milliseconds that never were
_now = clock.now


def later() -> int:
    """Return what the time is after all that has passed."""
    return _now() + _passed


async def live(service: ChatService) -> None:
    """One short party."""
    made = await service.create(None, None)
    chat, host = made.access.chat, made.access.member
    invitation = chat.state.invites.guest
    guest = (await service.join(chat.chat_id, invitation, None, "Bob")).access.member
    for number in range(SAID):
        author = guest if number % 2 else host
        await chat.say(author, Draft("Did you see that? " * 4, f"key {number}"))


async def live_many(service: ChatService, chats: int) -> None:
    """Many of them, some at a time."""
    left = iter(range(chats))

    async def live_on() -> None:
        for _ in left:
            await live(service)

    await asyncio.gather(*(live_on() for _ in range(AT_ONCE)))


async def sweep_all(service: ChatService, file: Path) -> tuple[float, float]:
    """Sweep until nothing is left; return how long it took, and the longest helping, in seconds."""
    began, longest = time.perf_counter(), 0.0
    more = 1
    while more or count(file, "users") > 1:
        helping = time.perf_counter()
        more = await service.delete_expired(TTL)
        longest = max(longest, time.perf_counter() - helping)
        await asyncio.sleep(BATCH_PAUSE)
    return time.perf_counter() - began, longest


@asynccontextmanager
async def talking(access: ChatAccess) -> AsyncIterator[list[float]]:
    """Let somebody talk on and on; yields how long each of their messages took, in ms."""
    waits: list[float] = []

    async def talk() -> None:
        while True:
            began = time.perf_counter()
            await access.chat.say(access.member, Draft("Still here"))
            waits.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(PAUSE)

    task = asyncio.create_task(talk())
    yield waits
    task.cancel()


def count(file: Path, table: str) -> int:
    """Count the rows of a table, through a connection of our own."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        [(rows,)] = db.execute(f"SELECT count(*) FROM {table}")
    return int(rows)


def free(file: Path) -> int:
    """Count the pages in the file that hold nothing."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        [(pages,)] = db.execute("PRAGMA freelist_count")
    return int(pages)


def size(file: Path) -> int:
    """Return the size of the database and its write-ahead log, in KB."""
    return sum(part.stat().st_size for part in file.parent.glob(f"{file.name}*")) // 1024


async def run(file: Path, chats: int, rounds: int) -> list[int]:
    """Go through all rounds, print a line for each, and return the sizes in KB."""
    global _passed
    service = ChatService(open_store(f"sqlite:{file}"))
    access = (await service.create(None, "Alice")).access
    sizes = []
    for number in range(1, rounds + 1):
        await live_many(service, chats)
        full = size(file)
        _passed += ABSENT
        await access.chat.say(access.member, Draft("How time flies"))
        async with talking(access) as waits:
            took, longest = await sweep_all(service, file)
        sizes.append(size(file))
        print(
            f"{number:5} {full:9,} {sizes[-1]:9,} {free(file):9,} {took:7.1f} {longest * 1000:8.0f}"
            f" {statistics.median(waits):8.1f} {max(waits):8.0f}",
            flush=True,
        )
    await service.store.close()
    return sizes


def main() -> None:
    """Print a table, and say whether it grew."""
    chats, rounds = [*map(int, sys.argv[1:]), *(CHATS, ROUNDS)[len(sys.argv) - 1 :]]
    clock.now = later
    print(f"{chats:,} chats in each round, with {SAID} messages of 2 people each")
    print("        KB with    KB when     pages   sweep  longest   others wait (ms)")
    print("round them there   swept       free       s  helping   median      max")
    with tempfile.TemporaryDirectory() as folder:
        sizes = asyncio.run(run(Path(folder) / "party.db", chats, rounds))
    if sizes[-1] > SLACK * sizes[min(1, rounds - 1)]:
        sys.exit("It grows.")


if __name__ == "__main__":
    main()

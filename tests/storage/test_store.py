"""On a real file, writes are all or nothing and in order, and only 30 messages are kept."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from watchparty.party import tokens
from watchparty.party.errors import Forbidden, StoreUnavailable
from watchparty.party.models import Invites, NewChat, User
from watchparty.party.service import Admission, ChatService
from watchparty.party.validation import Draft
from watchparty.party.window import WINDOW
from watchparty.storage.sqlite import SqliteStore

NOWHERE = 100000000001  # an id that no chat has
ALICE = User(1, "Alice")  # the first user of a store
KEYS = Invites("key", "other key")
NOBODY = User(10**6, "Nobody")  # a user that is not in the store

CROWD = 300  # writers at once
STATES = 100  # different states of the file that a reader must see during the writes


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "party.db"


@pytest.fixture
async def store(file: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(str(file))
    yield store
    await store.close()


@pytest.fixture
async def alice(store: SqliteStore) -> Admission:
    return await ChatService(store).create(None, "Alice")


async def say(store: SqliteStore, alice: Admission, text: str) -> int:
    """Store a message of Alice's and return its id."""
    access = alice.access
    return (await store.append(access.chat.chat_id, access.member, Draft(text))).message.id


def reader(file: Path) -> closing[sqlite3.Connection]:
    """Open the file with a separate connection, which does not wait for locks."""
    return closing(sqlite3.connect(file, timeout=0, isolation_level=None))


def dump(file: Path) -> list[str]:
    with reader(file) as db:
        return list(db.iterdump())


Fault = Callable[[SqliteStore, Admission], Awaitable[object]]

# Each write fails at a different point; the last two fail after a part is already written.
FAULTS: dict[str, tuple[type[Exception], Fault]] = {
    "a message to a missing chat": (
        Forbidden,
        lambda store, alice: store.append(NOWHERE, alice.access.member, Draft("Hello?")),
    ),
    "a message that is not valid Unicode": (
        UnicodeError,
        lambda store, alice: say(store, alice, "\ud800"),
    ),
    "a guest who is not a user": (
        StoreUnavailable,
        lambda store, alice: store.add_member(
            alice.access.chat.chat_id,
            NOBODY,
            alice.access.chat.state.invites.guest,
            b"some credential",
            None,
        ),
    ),
    "a chat whose host is not a user": (
        StoreUnavailable,
        lambda store, alice: store.add_chat(NewChat(NOWHERE, KEYS, NOBODY), b"some credential"),
    ),
    "a chat with the session token of another": (
        StoreUnavailable,
        lambda store, alice: store.add_chat(
            NewChat(NOWHERE, KEYS, ALICE), tokens.hash_secret(alice.session_token)
        ),
    ),
}

faults = pytest.mark.parametrize(("error", "fault"), FAULTS.values(), ids=FAULTS.keys())


@faults
async def test_a_failed_write_changes_nothing(
    store: SqliteStore, alice: Admission, file: Path, error: type[Exception], fault: Fault
) -> None:
    before = dump(file)
    with pytest.raises(error):
        await fault(store, alice)
    assert dump(file) == before
    assert await say(store, alice, "I am still here") == 1


@faults
async def test_a_failed_write_does_not_affect_the_writes_committed_with_it(
    store: SqliteStore, alice: Admission, file: Path, error: type[Exception], fault: Fault
) -> None:
    writes: list[Awaitable[object]] = [say(store, alice, f"{number}") for number in range(20)]
    writes.insert(10, fault(store, alice))
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert isinstance(outcomes.pop(10), error)
    assert outcomes == [*range(1, 21)]
    with reader(file) as db:
        bodies = db.execute("SELECT body FROM messages ORDER BY id").fetchall()
        assert bodies == [(f"{number}",) for number in range(20)]
        assert db.execute("SELECT username FROM members").fetchall() == [("Alice",)]


async def test_ids_have_no_holes_and_come_in_the_order_in_which_calls_return(
    store: SqliteStore, alice: Admission
) -> None:
    returned: list[int] = []

    async def talk(name: int) -> None:
        returned.append(await say(store, alice, f"{name}: First!"))
        returned.append(await say(store, alice, f"{name}: No?"))

    await asyncio.gather(*(talk(name) for name in range(CROWD)))
    assert returned == [*range(1, 2 * CROWD + 1)]


async def test_a_cancelled_write_is_stored_whole_or_not_at_all_and_leaves_no_transaction_open(
    store: SqliteStore, alice: Admission, file: Path
) -> None:
    """Cancel the creation of a chat (a chat, a member, a session) a little later each time."""
    steps, tries, whole = 0, 0, False
    while not whole:
        tries += 1
        start = NewChat(NOWHERE + tries, KEYS, ALICE)
        task = asyncio.create_task(store.add_chat(start, tokens.hash_secret(f"{tries}")))
        whole = await cancel_after(steps, task)
        steps = max(steps + 1, steps * 5 // 4)
        await store.rename_user(ALICE.user_id, f"Alice the {tries}.")  # the next write succeeds
        with reader(file) as db:
            db.execute("BEGIN IMMEDIATE")
            chats, members, sessions = (
                db.execute(f"SELECT chat_id FROM {table} ORDER BY 1").fetchall()
                for table in ("chats", "members", "sessions")
            )
        assert chats == members == sessions
    assert 2 < len(chats) < tries + 1, "the cancellations came all too early or all too late"


async def cancel_after(steps: int, task: asyncio.Task[object]) -> bool:
    """Cancel a task after `steps` rounds of the event loop; return whether it was done by then."""
    for _ in range(steps):
        await asyncio.sleep(0)
    done = task.done()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return done


async def test_cancelled_messages_leave_no_hole_in_the_ids(
    store: SqliteStore, alice: Admission
) -> None:
    tasks = [asyncio.create_task(say(store, alice, f"{number}")) for number in range(CROWD)]
    await asyncio.sleep(0)  # each has asked the store by now
    for task in tasks[::2]:
        task.cancel()
    ids = await asyncio.gather(*tasks[1::2])
    record = await store.load_chat(alice.access.chat.chat_id)
    assert record is not None
    assert ids == sorted(set(ids))
    assert ids[-1] <= record.last_id
    newest = range(record.last_id - WINDOW + 1, record.last_id + 1)
    assert [message.id for message in record.messages] == [*newest]
    assert await say(store, alice, "And I am next") == record.last_id + 1


async def test_a_reader_of_the_file_never_finds_31_messages(
    store: SqliteStore, alice: Admission, file: Path
) -> None:
    seen: set[tuple[int, int, int]] = set()
    stopped = threading.Event()
    watching = asyncio.create_task(asyncio.to_thread(watch, file, seen, stopped))
    try:
        async with asyncio.timeout(60):
            while len(seen) < STATES:
                await say(store, alice, "one by one")
                await asyncio.gather(*(say(store, alice, "all at once") for _ in range(3)))
    finally:
        stopped.set()
        await watching
    assert max(count for count, _, _ in seen) == WINDOW
    assert all(newest - oldest + 1 == count for count, oldest, newest in seen)


def watch(file: Path, seen: set[tuple[int, int, int]], stopped: threading.Event) -> None:
    """Look at the messages in the file again and again; note count, oldest and newest."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        while not stopped.is_set():
            [found] = db.execute("SELECT count(*), min(id), max(id) FROM messages").fetchall()
            if found[0]:
                seen.add(found)

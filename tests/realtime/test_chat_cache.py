"""A chat exists once in memory, is loaded once and only for its members, and has a bounded size."""

import asyncio
import gc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from watchparty.party import chat_cache as chats_module
from watchparty.party.chat import Chat
from watchparty.party.chat_cache import ChatCache
from watchparty.party.errors import Forbidden
from watchparty.party.models import ChatRecord, Invites, NewChat, User
from watchparty.party.service import Admission, ChatService
from watchparty.party.validation import Draft
from watchparty.party.window import Cursor
from watchparty.storage import open_store
from watchparty.storage.sqlite import SqliteStore

NOWHERE = 100000000001  # an id that no chat has yet
MANY = 50


class CountingStore(SqliteStore):
    """A store that counts how often a chat is loaded."""

    loads = 0

    async def load_chat(self, chat_id: int) -> ChatRecord | None:
        self.loads += 1
        return await super().load_chat(chat_id)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[CountingStore]:
    store = CountingStore(str(tmp_path / "party.db"))
    yield store
    await store.close()


@pytest.fixture
async def alice(store: CountingStore) -> Admission:
    """Alice and her chat, which no service has loaded yet."""
    alice = await ChatService(store).create(None, "Alice")
    store.loads = 0
    return alice


async def test_simultaneous_requests_get_the_same_chat_and_it_is_loaded_once(
    store: CountingStore, alice: Admission
) -> None:
    service, chat_id = ChatService(store), alice.access.chat.chat_id
    accesses = await asyncio.gather(
        *(service.authorize(chat_id, alice.session_token) for _ in range(MANY))
    )
    chats = {id(access.chat) for access in accesses}
    assert (len(chats), store.loads) == (1, 1)
    assert await service.chats.get(chat_id) is accesses[0].chat
    assert store.loads == 1


async def test_a_request_cancelled_while_a_chat_is_loaded_does_not_fail_the_others(
    store: CountingStore, alice: Admission
) -> None:
    chats = ChatCache(store)
    asking = [asyncio.create_task(chats.get(alice.access.chat.chat_id)) for _ in range(MANY)]
    await asyncio.sleep(0)
    for task in asking[::2]:  # among them the first, which started the load
        task.cancel()
    found = await asyncio.gather(*asking, return_exceptions=True)
    assert all(isinstance(chat, asyncio.CancelledError) for chat in found[::2])
    assert len({id(chat) for chat in found[1::2]}) == store.loads == 1
    assert await chats.get(alice.access.chat.chat_id) is found[1]


async def test_a_request_of_an_outsider_loads_no_chat(
    store: CountingStore, alice: Admission
) -> None:
    service = ChatService(store)
    charlie = await service.create(None, "Charlie")
    store.loads = 0
    for secret in (charlie.session_token, charlie.auth_key or "", "x"):
        for chat_id in (alice.access.chat.chat_id, NOWHERE):
            with pytest.raises(Forbidden):
                await service.authorize(chat_id, secret)
    assert store.loads == 0


async def test_a_missing_chat_is_not_cached(store: CountingStore) -> None:
    chats = ChatCache(store)
    asked = await asyncio.gather(*(chats.get(NOWHERE) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in asked] == [Forbidden] * 3
    assert store.loads == 1
    host = await store.add_user(b"auth key", "Alice")
    assert await store.add_chat(
        NewChat(NOWHERE, Invites("key", "other key"), User(host.user_id, "Alice")), b"token"
    )
    assert (await chats.get(NOWHERE)).members[1].username == "Alice"


def alive() -> list[Chat]:
    gc.collect()
    return [thing for thing in gc.get_objects() if isinstance(thing, Chat)]


async def test_cached_chats_take_a_bounded_number_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    most = 20_000_000
    monkeypatch.setattr(chats_module, "CACHE_BYTES", most)
    service = ChatService(open_store("sqlite::memory:"))
    ids = []
    for _ in range(30):
        access = (await service.create(None, "Alice")).access
        ids.append(access.chat.chat_id)
        for _ in range(30):
            await access.chat.say(access.member, Draft.parse("\N{POPCORN}" * 2_000))
        for since in range(30):
            access.chat.look(access.member.member_id, Cursor(since))
        await service.chats.get(access.chat.chat_id)
    del access  # the last reference to a chat
    assert 0 < sum(chat.memory_size for chat in alive()) <= most
    light = [(await service.create(None, "Bob")).access.chat.chat_id for _ in range(100)]
    assert len(alive()) > 100
    for chat_id in (*ids, *light):  # a chat that was evicted is loaded again
        assert (await service.chats.get(chat_id)).chat_id == chat_id
    with pytest.raises(Forbidden):
        await service.chats.get(1)
    await service.store.close()


async def test_the_memory_size_of_a_chat_follows_its_contents() -> None:
    service = ChatService(open_store("sqlite::memory:"))
    access = (await service.create(None, "Alice")).access
    chat, empty = access.chat, access.chat.memory_size
    for _ in range(40):
        await chat.say(access.member, Draft.parse("x" * 1_000))
    full = chat.memory_size
    # Thirty messages of just over a thousand bytes, each counted twice.
    assert 60_000 < full - empty < 75_000
    chat.look(access.member.member_id, Cursor(10))
    assert chat.memory_size - full > 30_000
    await chat.say(access.member, Draft.parse("x" * 1_000))
    assert chat.memory_size == full
    await service.store.close()

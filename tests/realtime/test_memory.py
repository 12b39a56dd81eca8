"""What nobody waits for does not pile up in memory, however many chats there are."""

import gc

import pytest

from watchparty.party import chat_cache as chats_module
from watchparty.party.chat import Chat
from watchparty.party.errors import Forbidden
from watchparty.party.service import ChatService
from watchparty.party.validation import Draft
from watchparty.party.window import Cursor
from watchparty.storage import open_store


def alive() -> list[Chat]:
    gc.collect()
    return [thing for thing in gc.get_objects() if isinstance(thing, Chat)]


async def test_only_so_many_bytes_of_chats_stay_warm(monkeypatch: pytest.MonkeyPatch) -> None:
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
    del access  # the last to hold one
    assert 0 < sum(chat.weight for chat in alive()) <= most
    light = [(await service.create(None, "Bob")).access.chat.chat_id for _ in range(100)]
    assert len(alive()) > 100
    for chat_id in (*ids, *light):  # what went is found again
        assert (await service.chats.get(chat_id)).chat_id == chat_id
    with pytest.raises(Forbidden):
        await service.chats.get(1)
    await service.store.close()


async def test_the_weight_is_what_is_there() -> None:
    service = ChatService(open_store("sqlite::memory:"))
    access = (await service.create(None, "Alice")).access
    chat, empty = access.chat, access.chat.weight
    for _ in range(40):
        await chat.say(access.member, Draft.parse("x" * 1_000))
    full = chat.weight
    assert 60_000 < full - empty < 75_000  # thirty messages of a good thousand bytes, twice
    chat.look(access.member.member_id, Cursor(10))
    assert chat.weight - full > 30_000
    await chat.say(access.member, Draft.parse("x" * 1_000))
    assert chat.weight == full
    await service.store.close()

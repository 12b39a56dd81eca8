"""The store gets the same queries for a chat that exists and for one that does not.

Otherwise response times would reveal which chats exist; `python -m benchmarks.existence`
measures these times.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from watchparty.party.errors import PartyError
from watchparty.party.service import ChatService
from watchparty.party.tokens import new_chat_id, new_secret
from watchparty.storage import open_store


class RecordingStore:
    """A store that records the names of the methods that are used."""

    def __init__(self, path: Path) -> None:
        self.calls: list[str] = []
        self._store = open_store(f"sqlite:{path}")

    def __getattr__(self, name: str) -> Any:
        self.calls.append(name)
        return getattr(self._store, name)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[RecordingStore]:
    store = RecordingStore(tmp_path / "party.db")
    yield store
    await store.close()


async def test_a_stranger_causes_the_same_queries_for_every_chat(store: RecordingStore) -> None:
    service = ChatService(store)
    warm, cold = await service.create(None, "Alice"), await service.create(None, "Dora")
    charlie = await service.create(None, "Charlie")
    assert charlie.auth_key
    cold_id = cold.access.chat.chat_id
    service.chats.drop(cold_id, burned=False)  # a new chat is in memory
    chat_ids = (warm.access.chat.chat_id, cold_id, new_chat_id())
    for secret in (new_secret(), charlie.session_token, charlie.auth_key):
        calls = [
            await calls_to_refuse(store, service.authorize(chat_id, secret)) for chat_id in chat_ids
        ]
        assert calls[0] == calls[1] == calls[2] != []
    for auth_key in (None, charlie.auth_key):
        calls = [
            await calls_to_refuse(store, service.join(chat_id, new_secret(), auth_key, None))
            for chat_id in chat_ids
        ]
        assert calls[0] == calls[1] == calls[2] != []


async def calls_to_refuse(store: RecordingStore, request: Any) -> list[str]:
    """Return the store methods used until the request is refused."""
    store.calls.clear()
    with pytest.raises(PartyError):
        await request
    return [*store.calls]

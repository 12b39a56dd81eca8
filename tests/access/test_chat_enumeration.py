"""The store gets the same queries for a chat that exists and for one that does not.

So that no clock distinguishes them; `python -m benchmarks.existence` holds a clock against it.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from watchparty.party.errors import PartyError
from watchparty.party.service import ChatService
from watchparty.party.tokens import new_chat_id, new_secret
from watchparty.storage import open_store


class Witness:
    """A store that notes what it is asked."""

    def __init__(self, path: Path) -> None:
        self.asked: list[str] = []
        self._store = open_store(f"sqlite:{path}")

    def __getattr__(self, name: str) -> Any:
        self.asked.append(name)
        return getattr(self._store, name)


@pytest.fixture
async def witness(tmp_path: Path) -> AsyncIterator[Witness]:
    witness = Witness(tmp_path / "party.db")
    yield witness
    await witness.close()


async def test_a_stranger_costs_the_same_wherever_they_knock(witness: Witness) -> None:
    service = ChatService(witness)
    warm, cold = await service.create(None, "Alice"), await service.create(None, "Dora")
    charlie = await service.create(None, "Charlie")
    assert charlie.auth_key
    cold_id = cold.access.chat.chat_id
    service.chats.drop(cold_id)  # from memory, where everything begins
    places = (warm.access.chat.chat_id, cold_id, new_chat_id())
    for secret in (new_secret(), charlie.session_token, charlie.auth_key):
        asked = [await ask(witness, service.authorize(place, secret)) for place in places]
        assert asked[0] == asked[1] == asked[2] != []
    for auth_key in (None, charlie.auth_key):
        asked = [
            await ask(witness, service.join(place, new_secret(), auth_key, None))
            for place in places
        ]
        assert asked[0] == asked[1] == asked[2] != []


async def ask(witness: Witness, question: Any) -> list[str]:
    """Return what it takes to refuse something."""
    witness.asked.clear()
    with pytest.raises(PartyError):
        await question
    return [*witness.asked]

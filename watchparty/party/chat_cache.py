"""The chats in memory: each exists once, as long as somebody is interested in it."""

import asyncio
from contextlib import suppress
from weakref import WeakValueDictionary

from cachetools import LRUCache

from watchparty.party.chat import Chat
from watchparty.party.errors import Forbidden
from watchparty.party.store import Store
from watchparty.party.subscriptions import StopFlag

# Bytes of chats that stay when nobody waits: thousands of lively ones, or sixty whose every
# message is as long as may be and was asked for from every cursor.
KEPT_WARM = 64 * 1024 * 1024


class Chats:
    """Loads a chat when it is first asked for and keeps it while it is in use.

    Whoever waits or writes holds the Chat itself, so the weak dictionary never
    forgets one that matters, and there are never two of the same id.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._alive: WeakValueDictionary[int, Chat] = WeakValueDictionary()
        self._warm: LRUCache[int, Chat] = LRUCache(KEPT_WARM, lambda chat: chat.weight)
        self._loading: dict[int, asyncio.Task[Chat]] = {}
        self._stopping = StopFlag()

    async def get(self, chat_id: int) -> Chat:
        """Return the chat. Raises Forbidden when there is none."""
        chat = self._alive.get(chat_id) or await self._load_once(chat_id)
        with suppress(ValueError):  # larger than all that is kept: then only who waits keeps it
            self._warm[chat_id] = chat
        return chat

    def recall(self, chat_id: int) -> Chat | None:
        """Return the chat if it is in memory."""
        return self._alive.get(chat_id)

    def burn(self, chat_id: int) -> None:
        """Let go of a chat that is no more in the store, and of everybody who waits in it."""
        self._warm.pop(chat_id, None)
        chat = self._alive.pop(chat_id, None)
        if chat is not None:
            chat.burn()

    def stop(self) -> None:
        """Answer everybody who waits anywhere."""
        self._stopping.is_set = True
        for chat in list(self._alive.values()):
            chat.wake()

    async def _load_once(self, chat_id: int) -> Chat:
        """Share one load between all who ask meanwhile, whoever of them hangs up."""
        if chat_id not in self._loading:
            task = self._loading[chat_id] = asyncio.ensure_future(self._load(chat_id))
            task.add_done_callback(lambda _: self._loading.pop(chat_id))
        return await asyncio.shield(self._loading[chat_id])

    async def _load(self, chat_id: int) -> Chat:
        record = await self._store.load_chat(chat_id)
        if record is None:
            raise Forbidden
        epoch = await self._store.epoch()
        chat = self._alive[chat_id] = Chat(record, epoch, self._store, self._stopping)
        return chat

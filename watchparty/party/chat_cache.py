"""The chats in memory: each exists at most once, for as long as somebody uses it."""

import asyncio
from contextlib import suppress
from weakref import WeakValueDictionary

from cachetools import LRUCache

from watchparty.party.chat import Chat, StopFlag
from watchparty.party.errors import Forbidden
from watchparty.party.store import Store

# For chats that no request uses: thousands of typical ones, or sixty whose messages all have the
# maximum length and were read from every cursor.
CACHE_BYTES = 64 * 1024 * 1024


class ChatCache:
    """Loads a chat when it is first used and keeps it while it is in use.

    Requests that wait or write hold the Chat itself, so the weak dictionary never loses a chat
    in use, and there are never two with the same id.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.loaded: WeakValueDictionary[int, Chat] = WeakValueDictionary()
        self._lru: LRUCache[int, Chat] = LRUCache(CACHE_BYTES, lambda chat: chat.memory_size)
        self._loading: dict[int, asyncio.Task[Chat]] = {}
        self._stopping = StopFlag()

    async def get(self, chat_id: int) -> Chat:
        """Return the chat. Raises Forbidden when there is none."""
        chat = self.loaded.get(chat_id) or await self._load_once(chat_id)
        with suppress(ValueError):  # larger than the whole cache
            self._lru[chat_id] = chat
        return chat

    def drop(self, chat_id: int, *, burned: bool) -> None:
        """Drop a chat that the store has deleted, and end the requests that it holds."""
        self._lru.pop(chat_id, None)
        chat = self.loaded.pop(chat_id, None)
        if chat is not None:
            chat.mark_deleted(burned=burned)

    def stop(self) -> None:
        """Answer all held requests."""
        self._stopping.is_set = True
        for chat in list(self.loaded.values()):
            chat.wake()

    async def _load_once(self, chat_id: int) -> Chat:
        """Share one load between concurrent requests, even if the first of them is cancelled."""
        if chat_id not in self._loading:
            task = self._loading[chat_id] = asyncio.ensure_future(self._load(chat_id))
            task.add_done_callback(lambda _: self._loading.pop(chat_id))
        return await asyncio.shield(self._loading[chat_id])

    async def _load(self, chat_id: int) -> Chat:
        record = await self._store.load_chat(chat_id)
        if record is None:
            raise Forbidden
        epoch = await self._store.epoch()
        chat = self.loaded[chat_id] = Chat(record, epoch, self._store, self._stopping)
        return chat

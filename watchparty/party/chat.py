"""One chat in memory: its window, its members, and everybody who waits for news."""

import asyncio

from watchparty.party import clock
from watchparty.party.errors import Stopping
from watchparty.party.indivisible import indivisible
from watchparty.party.store import Store
from watchparty.party.values import ChatRecord, Member, Receipt, User
from watchparty.party.window import Cursor, Page, Window
from watchparty.party.words import Draft


class Chat:
    """A chat as long as somebody is interested; the truth is in the store."""

    def __init__(self, record: ChatRecord, epoch: str, store: Store) -> None:
        self.chat_id = record.chat_id
        self.magic_key = record.magic_key
        self.members = {member.member_id: member for member in record.members}
        self.rev = record.rev
        self.active_at = record.active_at
        self.window = Window(record.chat_id, epoch, record.last_id, record.messages)
        self._store = store
        self._news = asyncio.Event()
        self._stopping = False

    async def poll(self, cursor: Cursor, wait: float) -> bytes:
        """Return the page at `cursor` as JSON, held up to `wait` seconds for news.

        Look, wait, look again: the event is taken before the look, so a message that
        comes in between has already set it. Raises Stopping when the server goes
        down meanwhile.
        """
        try:
            async with asyncio.timeout(wait):
                while True:
                    news = self._news
                    page, encoded = self.window.look(cursor)
                    if page.has_news or not wait:
                        return encoded
                    if self._stopping:
                        raise Stopping
                    await news.wait()
        except TimeoutError:
            return self.window.look(cursor)[1]

    def look(self, cursor: Cursor) -> bytes | None:
        """Return the page at `cursor` as JSON if there is news in it, at once."""
        page, encoded = self.window.look(cursor)
        return encoded if page.has_news else None

    def next_news(self) -> asyncio.Event:
        """Return what will be set when there is more to look at; take it before the look.

        Raises Stopping when the server goes down.
        """
        if self._stopping:
            raise Stopping
        return self._news

    def page(self, cursor: Cursor) -> Page:
        """Return the page at `cursor` at once."""
        return self.window.look(cursor)[0]

    @indivisible
    async def say(self, author: Member, draft: Draft) -> Receipt:
        """Keep a message, then show it to everybody who waits; a repeat shows nothing.

        Raises StoreUnavailable, and shows nothing, when it could not be kept, and
        KeyReused when its key stands for another one.
        """
        receipt = await self._store.append(self.chat_id, author, draft)
        if not receipt.replayed:
            self.window.add(receipt.message)
            self.active_at = clock.now()
            self._wake()
        return receipt

    @indivisible
    async def admit(self, user: User, credential: bytes) -> Member:
        """Let somebody in as a guest; a member stays the member they are."""
        member = await self._store.add_member(self.chat_id, user, "guest", credential)
        if member.member_id not in self.members:
            self.members[member.member_id] = member
            self.rev += 1
            self.active_at = clock.now()
        return member

    def stop(self) -> None:
        """Answer everybody who waits, and let nobody wait any more."""
        self._stopping = True
        self._wake()

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

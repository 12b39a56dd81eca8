"""One chat in memory: its messages, its members, and the requests that wait for news."""

import asyncio
from typing import Protocol

from watchparty.party import timestamps
from watchparty.party.confusables import find_confusable
from watchparty.party.errors import Burned, Forbidden, NotAllowed, NotFound, Removed
from watchparty.party.models import (
    AppendResult,
    ChatRecord,
    ChatState,
    Joined,
    Member,
    Message,
    NewUser,
    State,
    User,
)
from watchparty.party.moderation import Change, DeleteMessage, SetRole, SetTopic
from watchparty.party.store import RateCheck, Store, no_check
from watchparty.party.uncancellable import uncancellable
from watchparty.party.validation import Draft
from watchparty.party.window import Cursor, Page, Window

CHAT_SIZE = 4_000  # bytes of an empty chat in memory
MEMBER_SIZE = 400  # bytes of each member

# Joins within this time are announced together: one by one, n joins cost n² deliveries.
JOIN_COALESCE_SECONDS = 0.25


class StopFlag:
    """Set once, when the server begins to stop. Every chat of a server shares it."""

    is_set = False


class Subscriber(Protocol):
    """Waits for news of a chat."""

    def wake(self) -> object:
        """Look again: now, or before the next wait."""


class Chat:
    """A copy of a chat in the store, kept while somebody uses it."""

    def __init__(self, record: ChatRecord, epoch: str, store: Store, stopping: StopFlag) -> None:
        self.chat_id = record.chat_id
        self.state = record.state
        self.members = {member.member_id: member for member in record.state.members}
        self.active_at = record.active_at
        self.window = Window(record.chat_id, epoch, record.last_id, record.messages)
        self.store = store
        self.stopping = stopping
        # In order of arrival, which is about their order in memory: waking thousands in the order
        # of a set costs up to 7 % more.
        self._subscribers: dict[Subscriber, None] = {}
        self._coalescing: asyncio.TimerHandle | None = None
        self._is_state_fresh = False
        self._ending: type[Forbidden] = Removed

    def subscribe(self, subscriber: Subscriber) -> None:
        """Wake `subscriber` whenever there may be news; subscribe before the first look."""
        self._subscribers[subscriber] = None

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Stop waking `subscriber`."""
        self._subscribers.pop(subscriber, None)

    def look(self, member_id: int, cursor: Cursor) -> tuple[Page, bytes]:
        """Return the page at `cursor`, and the same as JSON.

        Raises Removed or Burned for somebody who is no longer a member.
        """
        if member_id not in self.members:
            raise self.ended()
        if cursor.rev is not None and not self._is_state_fresh:
            self._refresh_state()
        return self.window.page_at(cursor)

    @uncancellable
    async def say(
        self, author: Member, draft: Draft, check_rate: RateCheck = no_check
    ) -> AppendResult:
        """Store a message and wake all subscribers, unless it is a repeat.

        Raises NotAllowed for viewers, KeyReused when the key was used for another message,
        StoreUnavailable when it could not be stored, and what `check_rate` raises.
        """
        if author.role == "viewer":
            raise NotAllowed
        if draft.key is None:
            check_rate()
        result = await self.store.append(self.chat_id, author, draft, check_rate)
        if not result.replayed:
            self._add_message(result.message)
            self.active_at = timestamps.now()
            self.wake()
        return result

    @uncancellable
    async def add_member(
        self, user: User | NewUser, magic_key: str, credential: bytes, members_max: int | None
    ) -> Joined:
        """Add a user to the chat; if they are a member already, only add a session.

        A key of a better role raises the role of a member. Raises InvalidInvite when a newcomer's
        key is not valid (any more), and ChatFull.
        """
        joined = await self.store.add_member(self.chat_id, user, magic_key, credential, members_max)
        if self.members.get(joined.member.member_id) != joined.member:
            self.active_at = timestamps.now()
            self.apply_state(joined.state, coalesce=True)
        return joined

    @uncancellable
    async def change(self, actor: Member, change: Change, check_rate: RateCheck = no_check) -> None:
        """Store a change and wake all subscribers, unless it would change nothing.

        Raises NotAllowed when the actor's role does not allow it, and what `check_rate` and
        `Store.change` raise.
        """
        if not change.is_allowed(actor):
            raise NotAllowed
        if self._is_done(change):
            return
        check_rate()
        state = await self.store.change(self.chat_id, actor, change)
        if isinstance(change, DeleteMessage):
            self.window.blank(change.message.id)
        self.apply_state(state)
        if isinstance(change, DeleteMessage):
            await self.store.scrub()

    def _is_done(self, change: Change) -> bool:
        """Return True if a change would change nothing: it would still wake and cost everybody."""
        match change:
            case SetTopic(topic):
                return topic == self.state.topic
            case SetRole(member_id, role):
                return member_id in self.members and self.members[member_id].role == role
            case DeleteMessage(message):
                return bool(message.deleted)
            case _:
                return False

    def apply_state(self, state: ChatState, *, coalesce: bool = False) -> None:
        """Adopt a new revision, and wake all subscribers: now, or with `coalesce` a moment later.

        Revisions may arrive out of order; an older one is part of the newer one.
        """
        if state.rev > self.state.rev:
            self.state = state
            self.members = {member.member_id: member for member in state.members}
            self._is_state_fresh = False
        if not coalesce:
            self.wake()
        elif self._coalescing is None:
            self._coalescing = asyncio.get_running_loop().call_later(
                JOIN_COALESCE_SECONDS, self.wake
            )

    def find_member(self, member_id: int) -> Member:
        """Return a member. Raises NotFound."""
        if member_id not in self.members:
            raise NotFound
        return self.members[member_id]

    def find_message(self, id_: int) -> Message:
        """Return a message in the window. Raises NotFound."""
        message = self.window.find(id_)
        if message is None:
            raise NotFound
        return message

    def mark_deleted(self, *, burned: bool) -> None:
        """Treat nobody as a member any more: the chat was burned, or has expired."""
        self._ending = Burned if burned else Forbidden
        self.members.clear()
        self.wake()

    def ended(self) -> Forbidden:
        """Return the error that ends the held requests of somebody who is no longer a member."""
        return self._ending()

    def wake(self) -> None:
        """Wake all subscribers."""
        if self._coalescing is not None:
            self._coalescing.cancel()
            self._coalescing = None
        for subscriber in self._subscribers:
            subscriber.wake()

    @property
    def shared_state(self) -> State:
        """Return what every member sees beside the messages."""
        now = self.state
        names = self.window.authors | {m.member_id: m.username for m in now.members}
        return State(
            [*now.members], now.topic, self.window.deleted, now.links, find_confusable(names)
        )

    @property
    def memory_size(self) -> int:
        """Return the approximate size in memory, in bytes."""
        return CHAT_SIZE + MEMBER_SIZE * len(self.members) + self.window.memory_size

    def _add_message(self, message: Message) -> None:
        dropped = self.window.add(message)
        if dropped is not None and (dropped.deleted or dropped.member_id not in self.members):
            self._is_state_fresh = False  # the state listed this message or its author

    def _refresh_state(self) -> None:
        """Build the state when a request needs it: while a crowd joins, most are skipped."""
        self._is_state_fresh = True
        self.window.set_state(self.state.rev, self.shared_state)


class ChatView:
    """One chat, as the member `member_id` sees it from `cursor` on."""

    __slots__ = ("chat", "cursor", "member_id")

    def __init__(self, chat: Chat, member_id: int, cursor: Cursor) -> None:
        self.chat = chat
        self.member_id = member_id
        self.cursor = cursor

    def subscribe(self, subscriber: Subscriber) -> None:
        """Wake `subscriber` whenever there may be news."""
        self.chat.subscribe(subscriber)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Stop waking `subscriber`."""
        self.chat.unsubscribe(subscriber)

    @property
    def is_stopping(self) -> bool:
        """Return True once the server stops."""
        return self.chat.stopping.is_set

    @property
    def is_member(self) -> bool:
        """Return False once the member was removed, or the chat is gone."""
        return self.member_id in self.chat.members

    def look(self) -> tuple[Page, bytes]:
        """Return the page at the cursor, and the same as JSON. Raises Forbidden."""
        return self.chat.look(self.member_id, self.cursor)

    def has_news(self) -> bool:
        """Return True if the page has news. Raises Forbidden."""
        # The first condition nearly always decides, and costs a tenth of looking.
        return self.cursor.since != self.chat.window.last_id or self.look()[0].has_news

"""One chat in memory: its window, its members, and everybody who waits for news."""

import asyncio

from watchparty.party import clock
from watchparty.party.changes import Change, DeleteMessage
from watchparty.party.confusables import alike
from watchparty.party.errors import Forbidden, NotAllowed, NotFound
from watchparty.party.models import ChatRecord, Member, Message, Receipt, Standing, State, User
from watchparty.party.store import Permit, Store, granted
from watchparty.party.subscriptions import StopFlag, Subscribers
from watchparty.party.uncancellable import indivisible
from watchparty.party.validation import Draft
from watchparty.party.window import Cursor, Page, Window

WEIGHT = 4_000  # bytes of an empty chat in memory
MEMBER_WEIGHT = 400  # bytes of each member

GATHER = 0.25  # seconds; who joins meanwhile is told in one answer, or a crowd costs its square


class Chat:
    """A chat as long as somebody is interested; the truth is in the store."""

    def __init__(self, record: ChatRecord, epoch: str, store: Store, stopping: StopFlag) -> None:
        self.chat_id = record.chat_id
        self.standing = record.standing
        self.members = {member.member_id: member for member in record.standing.members}
        self.active_at = record.active_at
        self.window = Window(record.chat_id, epoch, record.last_id, record.messages)
        self.store = store
        self.subscribers = Subscribers(stopping)
        self._gathering: asyncio.TimerHandle | None = None
        self._is_shown = False

    def look(self, member_id: int, cursor: Cursor) -> tuple[Page, bytes]:
        """Return the page at `cursor`, and the same as JSON. Raises Forbidden."""
        if member_id not in self.members:
            raise Forbidden
        if cursor.rev is not None and not self._is_shown:
            self._show()
        return self.window.look(cursor)

    @indivisible
    async def say(self, author: Member, draft: Draft, permit: Permit = granted) -> Receipt:
        """Keep a message, then show it to everybody who waits; a repeat shows nothing.

        Raises StoreUnavailable, and shows nothing, when it could not be kept, and
        KeyReused when its key stands for another one, NotAllowed for a viewer, and what
        `permit` raises when it is no repeat.
        """
        if author.role == "viewer":
            raise NotAllowed
        if draft.key is None:
            permit()
        receipt = await self.store.append(self.chat_id, author, draft, permit)
        if not receipt.replayed:
            self._show_message(receipt.message)
            self.active_at = clock.now()
            self.wake()
        return receipt

    @indivisible
    async def admit(
        self, user: User, magic_key: str, credential: bytes, most: int | None
    ) -> Member:
        """Let somebody in; a member stays the member they are.

        Raises InvalidInvite when the key is none of the chat's (any more), and ChatFull.
        """
        member, standing = await self.store.add_member(
            self.chat_id, user, magic_key, credential, most
        )
        if member.member_id not in self.members:
            self.active_at = clock.now()
            self.stand(standing, gather=True)
        return member

    @indivisible
    async def change(self, actor: Member, change: Change) -> None:
        """Make a change, then show it to everybody who waits.

        Raises NotAllowed when the actor's role does not allow it, and what `Store.change` raises.
        """
        if not change.is_allowed(actor):
            raise NotAllowed
        standing = await self.store.change(self.chat_id, actor, change)
        if isinstance(change, DeleteMessage):
            self.window.blank(change.message.id)
        self.stand(standing)
        if isinstance(change, DeleteMessage):
            await self.store.scrub()

    def stand(self, standing: Standing, *, gather: bool = False) -> None:
        """Show a new revision, at once or together with others that follow.

        An older one is history: what it changed is in the newer one, too.
        """
        if standing.rev > self.standing.rev:
            self.standing = standing
            self.members = {member.member_id: member for member in standing.members}
            self._is_shown = False
        if not gather:
            self.wake()
        elif self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(GATHER, self.wake)

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

    def burn(self) -> None:
        """Let nobody see anything here any more: the chat is gone from the store."""
        self.members.clear()
        self.wake()

    def wake(self) -> None:
        """Let everybody who waits look again."""
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        self.subscribers.wake()

    @property
    def state(self) -> State:
        """Return what there is beside the messages."""
        now = self.standing
        names = self.window.authors | {m.member_id: m.username for m in now.members}
        return State([*now.members], now.topic, self.window.deleted, now.links, alike(names))

    @property
    def weight(self) -> int:
        """Return about how many bytes of memory this takes."""
        return WEIGHT + MEMBER_WEIGHT * len(self.members) + self.window.weight

    def _show_message(self, message: Message) -> None:
        left = self.window.add(message)
        if left is not None and (left.deleted or left.member_id not in self.members):
            self._is_shown = False  # the state told of it, and tells who asks next no more

    def _show(self) -> None:
        """Draw the state for who asks for it: of a crowd that joins, few revisions are seen."""
        self._is_shown = True
        self.window.show(self.standing.rev, self.state)

"""What the product asks of a store, and the promises it builds on."""

from collections.abc import Callable
from typing import Protocol

from watchparty.party.changes import Change
from watchparty.party.models import (
    ChatRecord,
    Invites,
    Member,
    Receipt,
    Session,
    Standing,
    Start,
    User,
)
from watchparty.party.validation import Draft

# Called when something new is about to be kept; what it raises goes to the caller.
Permit = Callable[[], None]


def granted() -> None:
    """Permit anything."""


class Store(Protocol):
    """Keeps users, chats, members, sessions and the last 30 messages of each chat.

    Every call is one indivisible transaction, durable before it returns, and sees
    all that returned before it began. A `credential` is the hash of a secret; the
    secret itself never gets here. Every call may raise StoreUnavailable, and then
    has changed nothing. The store opens itself on first use.
    """

    async def open(self) -> None:
        """Open now, to learn of trouble at the start rather than at the first guest."""

    async def close(self) -> None:
        """Finish what is under way and let go of every resource."""

    async def epoch(self) -> str:
        """Return the random name of this history; it survives restarts and crashes."""

    async def add_user(self, credential: bytes, username: str) -> User:
        """Keep somebody new."""

    async def rename_user(self, user_id: int, username: str) -> None:
        """Give a user another name for chats to come."""

    async def find_holder(self, credential: bytes) -> Session | User | None:
        """Return what this credential stands for, at a cost that tells nothing."""

    async def add_chat(
        self, start: Start, credential: bytes, permit: Permit = granted
    ) -> int | None:
        """Keep a new chat with its host in it as member 1, and return its id.

        With a key that the host used within 24 hours it is the chat made then. Either
        way the host gets a session. Returns None, and keeps nothing, when the id is
        taken; raises KeyReused when the key stands for something else, and what `permit`
        raises when a start with a key is no repeat.
        """

    async def load_chat(self, chat_id: int) -> ChatRecord | None:
        """Return a chat with all its members and messages."""

    async def find_invites(self, chat_id: int) -> Invites | None:
        """Return the passphrases of the chat's invitations."""

    async def find_member_id(self, chat_id: int, user_id: int) -> int | None:
        """Return which member of the chat this user is."""

    async def add_member(
        self, chat_id: int, user: User, magic_key: str, credential: bytes, most: int | None
    ) -> tuple[Member, Standing]:
        """Let `user` in with a session, or add the session to the member they are.

        Raises InvalidInvite when they are none and the key is not the chat's now, and
        ChatFull when they would be one more than `most` members.
        """

    async def change(self, chat_id: int, actor: Member, change: Change) -> Standing:
        """Make a change, and return what the chat is then.

        Raises Forbidden when `actor` is not a member in that role any more, NotFound when
        whoever or whatever the change is about is not as it says any more, and NoSuccessor
        when a host leaves without a co-host; then nothing has changed.
        """

    async def delete_chat(self, chat_id: int, actor: Member) -> None:
        """Delete a chat with everything that belongs to it. Raises Forbidden like `change`."""

    async def scrub(self) -> None:
        """Overwrite what was deleted wherever it still is; now, or else as soon as it can be."""

    async def expire(self, before: int) -> list[int]:
        """Delete some of what nobody uses any more, and return which chats were among it.

        Chats in which nothing happened since `before` (milliseconds since 1970), users in
        no chat for 90 days, dead keys. Empty when there are no more such chats.
        """

    async def append(
        self, chat_id: int, author: Member, draft: Draft, permit: Permit = granted
    ) -> Receipt:
        """Keep a message under the next id of its chat and delete what is older than 30.

        Ids are 1, 2, 3 … in the order in which calls return, never used twice. With a key
        that the author used within 24 hours it is the message kept then, also when it has
        left the window. Raises KeyReused when the key stands for another text, and what
        `permit` raises when a draft with a key is no repeat.
        """

"""The interface of every store."""

from collections.abc import Callable
from typing import Protocol

from watchparty.party.models import (
    AppendResult,
    ChatRecord,
    ChatState,
    Created,
    Invites,
    Joined,
    Member,
    NewChat,
    NewUser,
    Session,
    User,
)
from watchparty.party.moderation import Change
from watchparty.party.validation import Draft

# Stores call this before they store something new, but not for a repeat. Its errors propagate.
RateCheck = Callable[[], None]


def no_check() -> None:
    """Allow everything."""


class Store(Protocol):
    """Keeps users, chats, members, sessions and the last 30 messages of each chat.

    Every call is one atomic transaction, is durable before it returns, and sees the effects of
    all calls that returned before it began. A `credential` is the hash of a secret; the store
    never sees the secret. Every call may raise StoreUnavailable, and then has changed nothing.
    The store opens itself on first use; once closed, it is unavailable until `open`.
    """

    async def open(self) -> None:
        """Open now, to fail at the start of the server and not at the first request."""

    async def close(self) -> None:
        """Finish the calls in progress and release all resources."""

    async def epoch(self) -> str:
        """Return the random name of this history, which outlasts restarts and crashes."""

    async def add_user(self, credential: bytes, username: str) -> User:
        """Add a user."""

    async def rename_user(self, user_id: int, username: str) -> None:
        """Change a user's name in the chats that they create or join from now on."""

    async def find_by_credential(self, credential: bytes) -> Session | User | None:
        """Return the session or user of this credential, in the same time in each case."""

    async def add_chat(
        self, chat: NewChat, credential: bytes, check_rate: RateCheck = no_check
    ) -> Created | None:
        """Add a chat with its host as member 1, and a session of the host.

        With a key that the host used within 24 hours, return the chat created then. Returns
        None, and adds nothing, when the id is taken. Raises KeyReused when the key was used for
        something else. A key of a chat that its host has left since counts as not used. Calls
        `check_rate` first when there is a key and it was not used before.
        """

    async def load_chat(self, chat_id: int) -> ChatRecord | None:
        """Return a chat with its members and messages."""

    async def find_invites(self, chat_id: int) -> Invites | None:
        """Return the magic keys of the chat."""

    async def find_member_id(self, chat_id: int, user_id: int) -> int | None:
        """Return the member id of a user in the chat."""

    async def add_member(
        self,
        chat_id: int,
        user: User | NewUser,
        magic_key: str,
        credential: bytes,
        members_max: int | None,
    ) -> Joined:
        """Add `user` with a session, or only the session if they are a member already.

        A new user is added only together with the member. A member with a key of a better role
        gets that role. Only the newest 64 sessions of a member are kept.

        Raises InvalidInvite when they are not a member and the key is not valid now, and
        ChatFull when the chat has `members_max` members.
        """

    async def change(self, chat_id: int, actor: Member, change: Change) -> ChatState:
        """Make a change, and return the state of the chat after it.

        Raises Forbidden when `actor` is not a member in that role any more, NotFound when the
        member concerned has another role or is gone, or the message has left the window,
        and NoSuccessor when a host leaves without a co-host. Then nothing has changed.
        """

    async def delete_chat(self, chat_id: int, actor: Member) -> None:
        """Delete a chat and everything in it. Raises Forbidden like `change`."""

    async def scrub(self) -> None:
        """Overwrite deleted data wherever it still is; now, or else as soon as possible."""

    async def expire(self, before: int) -> list[int]:
        """Delete a batch of expired data; return the ids of the deleted chats.

        Expired are chats in which nothing happened since `before` (milliseconds since 1970), users
        who have been in no chat for 90 days, and expired keys.
        """

    async def append(
        self, chat_id: int, author: Member, draft: Draft, check_rate: RateCheck = no_check
    ) -> AppendResult:
        """Add a message under the next id of its chat, and delete all but the newest 30.

        Ids are 1, 2, 3 … in the order in which calls return, and are never reused. With a key
        that the author used within 24 hours, return the message stored then, even when it has
        left the window. Raises KeyReused when the key was used for another text, and Forbidden
        when the author is not in the chat. Calls `check_rate` first when there is a key and it
        was not used before.
        """

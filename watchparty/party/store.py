"""What the product asks of a store, and the promises it builds on."""

from typing import Protocol

from watchparty.party.values import ChatRecord, Member, Receipt, Role, Session, Start, User
from watchparty.party.words import Draft


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

    async def add_chat(self, start: Start, credential: bytes) -> int | None:
        """Keep a new chat with its host in it as member 1, and return its id.

        With a key that the host used within 24 hours it is the chat made then. Either
        way the host gets a session. Returns None, and keeps nothing, when the id is
        taken; raises KeyReused when the key stands for something else.
        """

    async def load_chat(self, chat_id: int) -> ChatRecord | None:
        """Return a chat with all its members and messages."""

    async def find_magic_key(self, chat_id: int) -> str | None:
        """Return the passphrase of the chat's invitation."""

    async def find_member_id(self, chat_id: int, user_id: int) -> int | None:
        """Return which member of the chat this user is."""

    async def add_member(self, chat_id: int, user: User, role: Role, credential: bytes) -> Member:
        """Let `user` in with a session, or add the session to the member they are."""

    async def append(self, chat_id: int, author: Member, draft: Draft) -> Receipt:
        """Keep a message under the next id of its chat and delete what is older than 30.

        Ids are 1, 2, 3 … in the order in which calls return, never used twice. With a key
        that the author used within 24 hours it is the message kept then, also when it has
        left the window. Raises KeyReused when the key stands for another text.
        """

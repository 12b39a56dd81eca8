"""The nouns of the product, as frozen values."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from watchparty.party import tokens
from watchparty.party.errors import NotAllowed

Role = Literal["host", "cohost", "guest", "viewer"]
InviteRole = Literal["guest", "viewer"]

HOSTS: frozenset[Role] = frozenset({"host", "cohost"})


class User(Struct, frozen=True):
    """A person with an auth key; `username` is their name in the next chat they create or join."""

    user_id: int
    username: str


class NewUser(Struct, frozen=True):
    """A user to be added together with their first member; `credential` is the hash of the key."""

    credential: bytes
    username: str

    @classmethod
    def of(cls, auth_key: str, username: str) -> "NewUser":
        """Return a user who will have this auth key."""
        return cls(tokens.hash_secret(auth_key), username)


class Member(Struct, frozen=True):
    """A user in one chat, under the name they have there."""

    member_id: int
    username: str
    role: Role


class Invites(Struct, frozen=True):
    """The magic keys of a chat, by the role that they grant."""

    guest: str
    viewer: str

    @classmethod
    def new(cls) -> "Invites":
        """Create two random keys."""
        return cls(tokens.new_secret(), tokens.new_secret())

    def visible_to(self, role: Role) -> dict[InviteRole, str]:
        """Return the keys that a member in this role may pass on. Raises NotAllowed for viewers."""
        if role == "viewer":
            raise NotAllowed
        guest: dict[InviteRole, str] = {"guest": self.guest}
        return guest | {"viewer": self.viewer} if role in HOSTS else guest

    def guest_for(self, role: Role) -> str | None:
        """Return the key for guests, which viewers do not get."""
        return None if role == "viewer" else self.guest

    def role_of(self, magic_key: str) -> InviteRole | None:
        """Return the role that a key grants, if any, in the same time for every key."""
        is_guest = tokens.equal_constant_time(self.guest, magic_key)
        is_viewer = tokens.equal_constant_time(self.viewer, magic_key)
        if not magic_key or not (is_guest or is_viewer):
            return None
        return "guest" if is_guest else "viewer"


class Session(Struct, frozen=True):
    """The access of a session token: one member of one chat."""

    chat_id: int
    member_id: int


class Created(Struct, frozen=True):
    """The chat of a request to create one; `ended` are the credentials of sessions it ended."""

    chat_id: int
    ended: list[bytes]


class Message(Struct, frozen=True):
    """A message. `created_at` is RFC 3339, UTC, in milliseconds.

    `key` is the idempotency key it was sent with, by which its sender's page recognizes it.
    Keys count per member, so the others may see it. A `deleted` message has an empty `body`.
    """

    id: int
    username: str
    member_id: int
    body: str
    created_at: str
    key: str | UnsetType = UNSET
    deleted: bool | UnsetType = UNSET


class AppendResult(Struct, frozen=True):
    """A durable message; `replayed` when an earlier request had stored it."""

    message: Message
    replayed: bool = False


class NewChat(Struct, frozen=True):
    """A chat to be created.

    `requested_name` is the username in the request, or "": a repeat with the same `key` must match.
    """

    chat_id: int
    invites: Invites
    host: User
    key: str | None = None
    requested_name: str = ""


class ChatState(Struct, frozen=True):
    """Everything about a chat but its messages, at one revision.

    `rev` grows with every change, `links` whenever a link is replaced.
    """

    rev: int
    members: tuple[Member, ...]
    topic: str
    links: int
    invites: Invites


class State(Struct, frozen=True):
    """The part of a chat's state that every member sees; it has no secrets in it.

    `deleted` lists the deleted messages in the window. `links` grows whenever a link is
    replaced, so that members who may see the links fetch them again. `alike` has the ids of
    members, and of authors in the window, whose names look like another name.
    """

    members: list[Member]
    topic: str
    deleted: list[int]
    links: int
    alike: list[int]


class Joined(Struct, frozen=True):
    """A member with a new session, and the chat's state at that moment.

    `ended` are the credentials of the sessions that it ended.
    """

    member: Member
    state: ChatState
    ended: list[bytes]


class ChatRecord(Struct, frozen=True):
    """A chat as it is stored.

    `messages` are the newest 30 at most, oldest first; `last_id` is the id of the newest
    message ever posted, or 0; `active_at` is in milliseconds since 1970.
    """

    chat_id: int
    state: ChatState
    last_id: int
    active_at: int
    messages: tuple[Message, ...]

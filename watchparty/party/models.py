"""The nouns: what the product speaks of, as frozen values."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from watchparty.party import tokens
from watchparty.party.errors import NotAllowed

Role = Literal["host", "cohost", "guest", "viewer"]
InviteRole = Literal["guest", "viewer"]

HOSTS: frozenset[Role] = frozenset({"host", "cohost"})


class User(Struct, frozen=True):
    """Somebody with an auth key; the name is the one for chats to come."""

    user_id: int
    username: str


class Member(Struct, frozen=True):
    """Somebody in one chat, under the name they have there."""

    member_id: int
    username: str
    role: Role


class Invites(Struct, frozen=True):
    """The passphrases of a chat, by the role they let people in with."""

    guest: str
    viewer: str

    @classmethod
    def new(cls) -> "Invites":
        """Make two fresh ones."""
        return cls(tokens.new_secret(), tokens.new_secret())

    def shown_to(self, role: Role) -> dict[InviteRole, str]:
        """Return those that a member in this role may pass on. Raises NotAllowed for viewers."""
        if role == "viewer":
            raise NotAllowed
        guest: dict[InviteRole, str] = {"guest": self.guest}
        return guest | {"viewer": self.viewer} if role in HOSTS else guest

    def role_of(self, magic_key: str) -> InviteRole | None:
        """Return what a passphrase makes of its bearer, at the same cost whatever it is."""
        is_guest = tokens.same(self.guest, magic_key)
        is_viewer = tokens.same(self.viewer, magic_key)
        if not magic_key or not (is_guest or is_viewer):
            return None
        return "guest" if is_guest else "viewer"


class Session(Struct, frozen=True):
    """What a session token stands for: one member of one chat."""

    chat_id: int
    member_id: int


class Message(Struct, frozen=True):
    """Something said. `created_at` is RFC 3339, UTC, in milliseconds.

    `key` is the idempotency key it was sent with: its sender's page knows it again by
    that. A key counts per member, so the others may see it. `deleted` is true, and `body`
    empty, when somebody took it back.
    """

    id: int
    username: str
    member_id: int
    body: str
    created_at: str
    key: str | UnsetType = UNSET
    deleted: bool | UnsetType = UNSET


class Receipt(Struct, frozen=True):
    """The store's word that a message is durable; `replayed` when it has been before."""

    message: Message
    replayed: bool = False


class Start(Struct, frozen=True):
    """A chat about to be started.

    `asked` is what the request said; a repeat of `key` stands for the same words only.
    """

    chat_id: int
    invites: Invites
    host: User
    key: str | None = None
    asked: str = ""


class Standing(Struct, frozen=True):
    """What a chat is at one revision, beside its messages.

    `rev` grows with every change, `links` when a link is replaced.
    """

    rev: int
    members: tuple[Member, ...]
    topic: str
    links: int
    invites: Invites


class State(Struct, frozen=True):
    """The same for every member, and without any secret.

    `deleted` lists ids in the window whose text was taken back; `links` grows when a
    link is replaced, so that who may see links asks for them again. `alike` lists the ids
    of members, and of authors in the window, whose name looks like another one's.
    """

    members: list[Member]
    topic: str
    deleted: list[int]
    links: int
    alike: list[int]


class ChatRecord(Struct, frozen=True):
    """A chat as the store keeps it.

    `messages` are the newest at most 30, oldest first; `last_id` is the id of the
    newest message ever said (0: none); `active_at` is in milliseconds since 1970.
    """

    chat_id: int
    standing: Standing
    last_id: int
    active_at: int
    messages: tuple[Message, ...]

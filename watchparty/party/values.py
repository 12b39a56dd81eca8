"""The nouns: what the product speaks of, as frozen values."""

from typing import Literal

from msgspec import Struct

Role = Literal["host", "cohost", "guest", "viewer"]


class User(Struct, frozen=True):
    """Somebody with an auth key; the name is the one for chats to come."""

    user_id: int
    username: str


class Member(Struct, frozen=True):
    """Somebody in one chat, under the name they have there."""

    member_id: int
    username: str
    role: Role


class Session(Struct, frozen=True):
    """What a session token stands for: one member of one chat."""

    chat_id: int
    member_id: int


class Message(Struct, frozen=True):
    """Something said. `created_at` is RFC 3339, UTC, in milliseconds."""

    id: int
    username: str
    member_id: int
    body: str
    created_at: str


class ChatRecord(Struct, frozen=True):
    """A chat as the store keeps it.

    `messages` are the newest at most 30, oldest first; `last_id` is the id of the
    newest message ever said (0: none); `active_at` is in milliseconds since 1970;
    `rev` grows with every change of the members.
    """

    chat_id: int
    magic_key: str
    last_id: int
    rev: int
    active_at: int
    members: tuple[Member, ...]
    messages: tuple[Message, ...]

"""The JSON of requests and answers, as types."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType
from quart import Response

from watchparty.party.errors import PartyError, RateLimited, Unavailable
from watchparty.party.models import InviteRole, Member, Role, State
from watchparty.party.window import Page
from watchparty.web.request.poll_query import ID_MAX

CHATS_MAX = 64  # in one poll

# `$` alone also matches before a line break at the end.
CHAT_ID = r"^[1-9][0-9]{0,17}$(?!\n)"


class AuthAnswer(Struct, frozen=True):
    """A user, who is the same in all chats."""

    auth_key: str
    username: str


class ChatAnswer(Struct, frozen=True, kw_only=True):
    """Access to a chat.

    `auth_key` is present if a user was created, `magic_key` if the chat was, and
    `magic_link` unless the member is a viewer.
    """

    chat_id: int
    session_token: str
    username: str
    last_id: int
    epoch: str
    magic_link: str | UnsetType = UNSET
    magic_key: str | UnsetType = UNSET
    auth_key: str | UnsetType = UNSET


class StateAnswer(Page, frozen=True, kw_only=True):
    """A whole chat as one member sees it: the window of messages, and everything else.

    Times are in UTC with milliseconds (RFC 3339). `rev` grows with every change except new
    messages.
    """

    username: str
    member_id: int
    role: Role
    members: list[Member]
    expires_at: str
    server_time: str
    magic_link: str | UnsetType = UNSET


class MessageAnswer(Struct, frozen=True, kw_only=True):
    """A stored message."""

    chat_id: int
    id: int
    username: str
    member_id: int
    body: str
    created_at: str


class InviteAnswer(Struct, frozen=True):
    """An invite link, and the role it grants."""

    role: InviteRole
    magic_key: str
    magic_link: str


class InvitesAnswer(Struct, frozen=True):
    """The invite links that this member may share."""

    invites: list[InviteAnswer]


class QrAnswer(Struct, frozen=True):
    """An invite link as a QR code: an SVG document, which scales to any size."""

    role: InviteRole
    svg: str


class ChangeAnswer(Struct, frozen=True):
    """The state of a chat, which is everything except its messages, at a revision."""

    rev: int
    state: State


class GoneAnswer(Struct, frozen=True):
    """Nothing: you are no longer a member of the chat."""


class PollPlace(Struct, frozen=True):
    """The position of a reader in one chat, and a credential for the chat."""

    token: str
    since: Annotated[int, Meta(ge=0, le=ID_MAX)]
    epoch: str | None = None
    rev: Annotated[int, Meta(ge=0, le=ID_MAX)] | None = None


class PollRequest(Struct, frozen=True):
    """The chats that a client follows, and how many seconds to wait for news."""

    chats: Annotated[
        dict[Annotated[str, Meta(pattern=CHAT_ID)], PollPlace],
        Meta(min_length=1, max_length=CHATS_MAX),
    ]
    wait: Annotated[float, Meta(ge=0)] = 0.0


class PollAnswer(Struct, frozen=True):
    """By chat id, a page with news or an error. Chats without either are absent."""

    chats: dict[str, Raw]

    @property
    def has_news(self) -> bool:
        """Return True if this should be sent at once."""
        return bool(self.chats)


class HealthAnswer(Struct, frozen=True):
    """The server is up."""

    status: Literal["ok"] = "ok"


class ErrorAnswer(Struct, frozen=True):
    """What went wrong: a stable code for programs and a sentence for people.

    `retry_after`, if present, is the number of seconds after which to repeat the request.
    """

    error: str
    message: str
    retry_after: int | UnsetType = UNSET


def error_body(error: PartyError) -> ErrorAnswer:
    """Return the body of the answer to a failure."""
    # Details of an unavailable store are for the operator only: they name files.
    message = type(error).message if isinstance(error, Unavailable) else error.message
    retry_after = error.retry_after if isinstance(error, RateLimited) else UNSET
    return ErrorAnswer(error.code, message, retry_after)


def json(answer: Struct | bytes, status: int = 200) -> Response:
    """Return an answer in JSON; bytes are JSON already."""
    body = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
    return Response(body, status, content_type="application/json")

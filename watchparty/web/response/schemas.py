"""The shapes of the answers, and how they become JSON."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType
from quart import Response

from watchparty.party.errors import PartyError, RateLimited, Unavailable
from watchparty.party.models import InviteRole, Member, Role, State
from watchparty.party.window import Page
from watchparty.web.request.poll_query import ID_MAX

CHATS_MAX = 64  # in one poll


class AuthAnswer(Struct, frozen=True):
    """Who you are, across chats."""

    auth_key: str
    username: str


class ChatAnswer(Struct, frozen=True, kw_only=True):
    """Your place in a chat.

    `auth_key` is there when one was made for you, `magic_key` when you made the chat,
    `magic_link` unless you may only look on.
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
    """A whole chat as you see it: the window and everything beside it.

    Times are RFC 3339, UTC, in milliseconds; `rev` grows with every change of what
    is not a message.
    """

    username: str
    member_id: int
    role: Role
    members: list[Member]
    expires_at: str
    server_time: str
    magic_link: str | UnsetType = UNSET


class MessageAnswer(Struct, frozen=True, kw_only=True):
    """A message, kept."""

    chat_id: int
    id: int
    username: str
    member_id: int
    body: str
    created_at: str


class InviteAnswer(Struct, frozen=True):
    """A link, and what it makes of whoever joins with it."""

    role: InviteRole
    magic_key: str
    magic_link: str


class InvitesAnswer(Struct, frozen=True):
    """The links you may hand on."""

    invites: list[InviteAnswer]


class QrAnswer(Struct, frozen=True):
    """A link as a QR code: a whole SVG, as large as whoever shows it likes."""

    role: InviteRole
    svg: str


class ChangeAnswer(Struct, frozen=True):
    """What a change made of everything that is no message."""

    rev: int
    state: State


class GoneAnswer(Struct, frozen=True):
    """You are no member any more: there is nothing left to tell."""


class PollPlace(Struct, frozen=True):
    """Where a reader is in one chat, and what lets them read it."""

    token: str
    since: Annotated[int, Meta(ge=0, le=ID_MAX)]
    epoch: str | None = None
    rev: Annotated[int, Meta(ge=0, le=ID_MAX)] | None = None


class PollRequest(Struct, frozen=True):
    """All the chats that somebody follows, and how many seconds to wait for news."""

    chats: Annotated[
        dict[Annotated[str, Meta(pattern="^(0|[1-9][0-9]{0,17})$")], PollPlace],
        Meta(min_length=1, max_length=CHATS_MAX),
    ]
    wait: Annotated[float, Meta(ge=0)] = 0.0


class PollAnswer(Struct, frozen=True):
    """By chat id, only what there is to say: a page with news, or an error."""

    chats: dict[str, Raw]

    @property
    def has_news(self) -> bool:
        """Return True if a reader who waits should be answered with this."""
        return bool(self.chats)


class HealthAnswer(Struct, frozen=True):
    """The server is up."""

    status: Literal["ok"] = "ok"


class ErrorAnswer(Struct, frozen=True):
    """What went wrong: a stable code for programs and a sentence for people.

    `retry_after` is there when the request may be repeated, after that many seconds.
    """

    error: str
    message: str
    retry_after: int | UnsetType = UNSET


def error_body(error: PartyError) -> ErrorAnswer:
    """Return what a client is told of a failure."""
    # What is wrong with the store is for the operator: it names files.
    message = type(error).message if isinstance(error, Unavailable) else error.message
    pause = error.retry_after if isinstance(error, RateLimited) else UNSET
    return ErrorAnswer(error.code, message, pause)


def json(answer: Struct | bytes, status: int = 200) -> Response:
    """Return an answer as JSON; bytes are JSON already."""
    body = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
    return Response(body, status, content_type="application/json")

"""The shapes of the answers, and how they become JSON."""

from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType
from quart import Response

from watchparty.party.errors import PartyError, RateLimited, Unavailable
from watchparty.party.models import InviteRole, Member, Role
from watchparty.party.state import State
from watchparty.party.window import Page


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


def refusal(error: PartyError) -> ErrorAnswer:
    """Return what a client is told of a failure."""
    # What is wrong with the store is for the operator: it names files.
    message = type(error).message if isinstance(error, Unavailable) else error.message
    pause = error.retry_after if isinstance(error, RateLimited) else UNSET
    return ErrorAnswer(error.code, message, pause)


def json(answer: Struct | bytes, status: int = 200) -> Response:
    """Return an answer as JSON; bytes are JSON already."""
    body = answer if isinstance(answer, bytes) else msgspec.json.encode(answer)
    return Response(body, status, content_type="application/json")

"""Chats: start one, join one, read it, say something."""

from msgspec import UNSET, UnsetType
from msgspec.structs import asdict, replace
from quart import Blueprint, Request, Response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from watchparty.party import clock, validation
from watchparty.party.errors import InvalidRequest, MissingCredentials
from watchparty.party.models import Message
from watchparty.party.service import Admission, ChatAccess
from watchparty.party.window import Cursor
from watchparty.web.context import authorize, holders, limits, service, settings
from watchparty.web.request import body, credentials, idempotency, poll_query
from watchparty.web.request.content_negotiation import prefers
from watchparty.web.response import sse
from watchparty.web.response.invite_links import link_for
from watchparty.web.response.schemas import ChatAnswer, MessageAnswer, StateAnswer, json
from watchparty.web.waiting.answers import Poll, Stream
from watchparty.web.waiting.handover import hold
from watchparty.web.waiting.views import ChatView

chats = Blueprint("chats", __name__)

BODY = ("body", "message", "text", "content", "new_message", "comment")


@chats.post("/create")
async def create() -> Response:
    """Start a chat."""
    auth_key = credentials.find(request.headers)
    if auth_key is None and settings().require_auth_key:
        raise MissingCredentials
    fields = await body.read(request)
    key = idempotency.find(request.headers, fields)
    check_rate = limits().check_create(auth_key)
    admission = await service().create(auth_key, body.username(fields), key, check_rate)
    limits().remember_valid(auth_key)
    limits().remember_valid(admission.session_token, admission.access)
    answer = json(_place(admission, magic_key=admission.access.chat.state.invites.guest))
    return idempotency.mark(answer, admission.replayed)


@chats.post("/<id:chat_id>/join")
async def join(chat_id: int) -> Response:
    """Let in who holds the invitation, or is a member already."""
    fields = await body.read(request)
    magic_key = body.text(fields, "magic_key") or ""
    auth_key = credentials.find(request.headers)
    limits().check_join(auth_key)
    admission = await service().join(chat_id, magic_key, auth_key, body.username(fields))
    limits().remember_valid(auth_key)
    limits().remember_valid(admission.session_token, admission.access)
    return json(_place(admission))


@chats.get("/<id:chat_id>")
async def read(chat_id: int) -> Response | Redirect:
    """Return the messages newer than `since`, held up to `wait` seconds, or a stream of them."""
    if _is_visit(request):
        return redirect(
            url_for("pages.chat", invited=chat_id, magic_key=request.args.get("magic_key")), 303
        )
    access = await authorize(chat_id)
    cursor, wait = poll_query.cursor(request), poll_query.wait(request.args)
    view = ChatView(access.chat, access.member.member_id, cursor)
    bearer = [credentials.require(request.headers)]
    if prefers(request, sse.MEDIA_TYPE):
        if request.method == "HEAD":
            return sse.head()
        return hold(Stream(view, holders(bearer)))
    if cursor.since is None:
        return json(_state(access, cursor))
    if wait and request.method != "HEAD":
        return hold(Poll(view, wait, holders(bearer)))
    return json(view.look()[1])


@chats.post("/<id:chat_id>")
async def post(chat_id: int) -> Response:
    """Say something; the answer is sent when the message is durable."""
    access = await authorize(chat_id)
    fields = await body.read(request)
    said = body.text(fields, *BODY)
    if said is None:
        raise InvalidRequest("body is required.")
    draft = validation.Draft.parse(said, idempotency.find(request.headers, fields))
    result = await access.chat.say(access.member, draft, limits().check_post(access))
    return idempotency.mark(json(_kept(chat_id, result.message)), result.replayed)


def _is_visit(request: Request) -> bool:
    """Tell whether a person opened the address in a browser."""
    return credentials.find(request.headers) is None and prefers(request, "text/html")


def _kept(chat_id: int, message: Message) -> MessageAnswer:
    return MessageAnswer(
        chat_id=chat_id,
        id=message.id,
        username=message.username,
        member_id=message.member_id,
        body=message.body,
        created_at=message.created_at,
    )


def _place(admission: Admission, magic_key: str | UnsetType = UNSET) -> ChatAnswer:
    chat, member = admission.access.chat, admission.access.member
    return ChatAnswer(
        chat_id=chat.chat_id,
        session_token=admission.session_token,
        username=member.username,
        last_id=chat.window.last_id,
        epoch=chat.window.epoch,
        magic_link=_link(admission.access),
        magic_key=magic_key,
        auth_key=admission.auth_key or UNSET,
    )


def _state(access: ChatAccess, cursor: Cursor) -> StateAnswer:
    chat, member = access.chat, access.member
    page, _ = chat.look(member.member_id, cursor)
    return StateAnswer(
        **asdict(replace(page, rev=chat.state.rev)),
        username=member.username,
        member_id=member.member_id,
        role=member.role,
        members=[*chat.state.members],
        magic_link=_link(access),
        expires_at=clock.rfc3339(chat.active_at + settings().chat_ttl * 1000),
        server_time=clock.rfc3339(clock.now()),
    )


def _link(access: ChatAccess) -> str | UnsetType:
    """Return the link of guests; who only looks on can't hand it on."""
    if access.member.role == "viewer":
        return UNSET
    return link_for(access.chat.chat_id, access.chat.state.invites.guest)

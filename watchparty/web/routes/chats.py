"""Chats: create one, join one, read it, post to it."""

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict, replace
from quart import Blueprint, Request, Response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from watchparty.party import timestamps, validation
from watchparty.party.chat import ChatView
from watchparty.party.errors import InvalidRequest, MissingCredentials
from watchparty.party.models import Message
from watchparty.party.service import Admission, ChatAccess
from watchparty.party.window import Cursor
from watchparty.web.context import authorize, holders, limits, service, settings
from watchparty.web.request import body, credentials, poll_query
from watchparty.web.request.content_negotiation import prefers
from watchparty.web.response import sse
from watchparty.web.response.invite_links import link_for
from watchparty.web.response.schemas import ChatAnswer, MessageAnswer, StateAnswer, json
from watchparty.web.waiting.hold import Poll, Stream, hold

chats = Blueprint("chats", __name__)

BODY = ("body", "message", "text", "content", "new_message", "comment", "message_body")
MAGIC_KEY = ("magic_key", "invitation_token")


@chats.post("/create")
async def create() -> Response:
    """Create a chat."""
    auth_key = credentials.find(request.headers)
    if auth_key is None and settings().require_auth_key:
        raise MissingCredentials
    fields = await body.read(request)
    key = body.idempotency_key(request.headers, fields)
    check_rate = limits().create_check(auth_key)
    admission = await service().create(auth_key, body.username(fields), key, check_rate)
    _remember(auth_key, admission)
    answer = _chat_answer(admission, magic_key=admission.guest_key or UNSET)
    return _replayable(answer, admission.replayed)


@chats.post("/<id:chat_id>/join")
async def join(chat_id: int) -> Response:
    """Admit a guest with an invitation, or open another session for a member."""
    fields = await body.read(request)
    magic_key = body.text(fields, *MAGIC_KEY) or ""
    auth_key = credentials.find(request.headers)
    if not magic_key and auth_key is None:
        raise InvalidRequest("magic_key is required, or the auth_key of a member.")
    limits().charge_join(auth_key)
    admission = await service().join(chat_id, magic_key, auth_key, body.username(fields))
    _remember(auth_key, admission)
    return json(_chat_answer(admission))


@chats.get("/<id:chat_id>")
async def read(chat_id: int) -> Response | Redirect:
    """Return the messages newer than `since`, after up to `wait` seconds, or stream them."""
    if _is_visit(request):
        return _redirect_to_page(chat_id)
    access = await authorize(chat_id)
    cursor, wait = poll_query.cursor(request), poll_query.wait(request.args)
    view = ChatView(access.chat, access.member.member_id, cursor)
    bearer = [credentials.require(request.headers)]
    is_head = request.method == "HEAD"
    if prefers(request, sse.MEDIA_TYPE):
        return sse.head() if is_head else await _hold(Stream(view, holders(bearer)))
    if cursor.since is None:
        return json(_state_answer(access, cursor))
    if is_head or not wait:
        return json(view.look()[1])
    return await _hold(Poll(view, wait, holders(bearer)))


@chats.post("/<id:chat_id>")
async def post(chat_id: int) -> Response:
    """Post a message, and answer when it is durable."""
    access = await authorize(chat_id)
    fields = await body.read(request)
    text = body.text(fields, *BODY)
    if text is None:
        raise InvalidRequest("body is required.")
    draft = validation.Draft.parse(text, body.idempotency_key(request.headers, fields))
    result = await access.chat.say(access.member, draft, limits().post_check(access))
    return _replayable(_message_answer(chat_id, result.message), result.replayed)


async def _hold(held: Poll | Stream) -> Response:
    """Hold the request once its body has arrived; the waiter handles only later disconnects."""
    await body.receive(request)
    return hold(held)


def _is_visit(request: Request) -> bool:
    """Return True if a person opens this address in a browser."""
    return credentials.find(request.headers) is None and prefers(request, "text/html")


def _redirect_to_page(chat_id: int) -> Redirect:
    magic_key = request.args.get("magic_key")
    return redirect(url_for("pages.chat", chat_link=chat_id, magic_key=magic_key), 303)


def _message_answer(chat_id: int, message: Message) -> MessageAnswer:
    return MessageAnswer(
        chat_id=chat_id,
        id=message.id,
        username=message.username,
        member_id=message.member_id,
        body=message.body,
        created_at=message.created_at,
    )


def _replayable(answer: Struct, replayed: bool) -> Response:
    """Return an answer, with a header if it replays one for the same idempotency key."""
    response = json(answer)
    if replayed:
        response.headers["Idempotent-Replay"] = "true"
    return response


def _remember(auth_key: str | None, admission: Admission) -> None:
    """Remember the credentials of a new session, so that their requests count per member."""
    limits().remember_valid(auth_key or admission.auth_key)
    limits().remember_valid(admission.session_token, admission.access)


def _chat_answer(admission: Admission, magic_key: str | UnsetType = UNSET) -> ChatAnswer:
    chat, member, guest_key = admission.access.chat, admission.access.member, admission.guest_key
    return ChatAnswer(
        chat_id=chat.chat_id,
        session_token=admission.session_token,
        username=member.username,
        last_id=chat.window.last_id,
        epoch=chat.window.epoch,
        magic_link=_magic_link(chat.chat_id, guest_key),
        magic_key=magic_key,
        auth_key=admission.auth_key or UNSET,
    )


def _state_answer(access: ChatAccess, cursor: Cursor) -> StateAnswer:
    chat, member = access.chat, access.member
    page, _ = chat.look(member.member_id, cursor)
    return StateAnswer(
        **asdict(replace(page, rev=chat.state.rev)),
        username=member.username,
        member_id=member.member_id,
        role=member.role,
        members=[*chat.state.members],
        magic_link=_magic_link(chat.chat_id, chat.state.invites.guest_for(member.role)),
        expires_at=timestamps.rfc3339(chat.active_at + settings().chat_ttl * 1000),
        server_time=timestamps.rfc3339(timestamps.now()),
    )


def _magic_link(chat_id: int, guest_key: str | None) -> str | UnsetType:
    """Return the invite link for guests, if the member may have their key."""
    return UNSET if guest_key is None else link_for(chat_id, guest_key)

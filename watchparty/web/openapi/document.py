"""The OpenAPI document (3.1), built from the types of requests and responses."""

import msgspec

from watchparty import __version__
from watchparty.party.models import Member, Message
from watchparty.party.window import WINDOW, Page
from watchparty.web.openapi.builders import (
    NO_CREDENTIAL,
    OPTIONAL_CREDENTIAL,
    Json,
    error_response,
    form_or_json_body,
    json_body,
    non_json_operation,
    operation,
    ref,
)
from watchparty.web.openapi.moderation import moderation_paths
from watchparty.web.openapi.parameters import (
    BODY,
    CHAT_ID,
    EPOCH,
    IDEMPOTENCY_KEY,
    IDEMPOTENCY_KEY_HEADER,
    LAST_EVENT_ID,
    MAGIC_KEY,
    REV,
    SINCE,
    USERNAME,
    WAIT,
)
from watchparty.web.openapi.sse import event_stream
from watchparty.web.response.schemas import (
    AuthAnswer,
    ChangeAnswer,
    ChatAnswer,
    ErrorAnswer,
    GoneAnswer,
    HealthAnswer,
    InviteAnswer,
    InvitesAnswer,
    MessageAnswer,
    PollAnswer,
    PollRequest,
    QrAnswer,
    StateAnswer,
)
from watchparty.web.response.sse import Gap, Reset

SCHEMA_TYPES = (
    AuthAnswer,
    ChangeAnswer,
    ChatAnswer,
    ErrorAnswer,
    Gap,
    GoneAnswer,
    HealthAnswer,
    InviteAnswer,
    InvitesAnswer,
    Member,
    Message,
    MessageAnswer,
    Page,
    PollAnswer,
    PollRequest,
    QrAnswer,
    Reset,
    StateAnswer,
)


def _document() -> Json:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Watch Party",
            "version": __version__,
            "summary": "A private, throwaway group chat over plain HTTP.",
        },
        "paths": {path: _with_404(path, item) for path, item in _paths().items()},
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "credential": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "a session_token of the chat, or an auth_key",
                }
            },
        },
    }


def _with_404(path: str, item: Json) -> Json:
    """Add a 404 to paths with an id, which may have too many digits."""
    for entry in item.values():
        if "{" in path and "responses" in entry:
            entry["responses"].setdefault("404", error_response(404))
    return item


def _schemas() -> Json:
    _, schemas = msgspec.json.schema_components(
        SCHEMA_TYPES, ref_template="#/components/schemas/{name}"
    )
    for page in (Page, StateAnswer):  # msgspec describes Raw as any JSON
        messages = schemas[page.__name__]["properties"]["messages"]
        messages |= {"items": ref(Message), "maxItems": WINDOW}
    page_or_error: Json = {"anyOf": [ref(Page), ref(ErrorAnswer)]}
    schemas[PollAnswer.__name__]["properties"]["chats"]["additionalProperties"] = page_or_error
    return schemas


def _paths() -> Json:
    return {
        "/auth": {
            "post": operation(
                "Create a user and get an auth key, or rename yourself",
                AuthAnswer,
                (400, 401, 503),
                security=OPTIONAL_CREDENTIAL,
                body=form_or_json_body({"username": USERNAME}, "username"),
            )
        },
        "/create": {
            "post": operation(
                "Create a chat",
                ChatAnswer,
                (400, 401, 422, 503),
                security=OPTIONAL_CREDENTIAL,
                body=form_or_json_body({"username": USERNAME, "key": IDEMPOTENCY_KEY}),
                parameters=[IDEMPOTENCY_KEY_HEADER],
            )
        },
        "/{chat_id}": {
            "parameters": [CHAT_ID],
            "get": operation(
                "Read the messages, or wait for new ones",
                Page,
                (400, 401, 403, 503),
                parameters=[SINCE, WAIT, EPOCH, REV, LAST_EVENT_ID],
                alternative=StateAnswer,
                event_stream=event_stream(),
            ),
            "post": operation(
                "Post a message",
                MessageAnswer,
                (400, 401, 403, 422, 503),
                body=form_or_json_body({"body": BODY, "key": IDEMPOTENCY_KEY}, "body"),
                parameters=[IDEMPOTENCY_KEY_HEADER],
            ),
            "delete": operation("Delete the chat, for everybody", GoneAnswer, (401, 403, 503)),
        },
        "/{chat_id}/join": {
            "parameters": [CHAT_ID],
            "post": operation(
                "Join with an invitation, or get another session as a member",
                ChatAnswer,
                (400, 401, 403, 409, 503),
                security=OPTIONAL_CREDENTIAL,
                body=form_or_json_body({"magic_key": MAGIC_KEY, "username": USERNAME}),
            ),
        },
        **moderation_paths(),
        "/poll": {
            "post": operation(
                "Wait for news in many chats at once",
                PollAnswer,
                (400, 503),
                security=NO_CREDENTIAL,
                body=json_body(PollRequest),
            )
        },
        "/healthz": {
            "get": operation("Check whether the server is up", HealthAnswer, (), NO_CREDENTIAL)
        },
        "/openapi.json": {"get": non_json_operation("This document", "application/json")},
        "/": {"get": non_json_operation("The home page")},
        "/username": {"get": non_json_operation("The page that asks for your name")},
        "/username.html": {"get": non_json_operation("The same, for old clients")},
        "/chat/{chat_id}": {
            "parameters": [CHAT_ID],
            "get": non_json_operation("The page of any chat, whether it exists or not"),
        },
    }


DOCUMENT = msgspec.json.encode(_document())

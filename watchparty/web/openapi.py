"""The description of the API (OpenAPI 3.1), made from the shapes the answers have."""

import msgspec

from watchparty import __version__
from watchparty.party.values import Member, Message
from watchparty.party.window import WINDOW, Page
from watchparty.party.words import BODY_MAX, NAME_MAX
from watchparty.web.answers import (
    AuthAnswer,
    ChatAnswer,
    ErrorAnswer,
    HealthAnswer,
    MessageAnswer,
    StateAnswer,
)
from watchparty.web.operations import (
    NO_KEY,
    OPTIONAL_KEY,
    Json,
    fields,
    operation,
    plain,
    ref,
    takes,
)
from watchparty.web.polls import PollAnswer, PollRequest
from watchparty.web.query import HOLD_MAX, ID_MAX

ANSWERS = (
    AuthAnswer,
    ChatAnswer,
    ErrorAnswer,
    HealthAnswer,
    Member,
    Message,
    MessageAnswer,
    Page,
    PollAnswer,
    PollRequest,
    StateAnswer,
)

USERNAME: Json = {
    "type": "string",
    "minLength": 1,
    "description": f"1 to {NAME_MAX} characters after NFC and trimming; also read from"
    " `name` and `user_name`",
}
BODY: Json = {
    "type": "string",
    "minLength": 1,
    "description": f"1 to {BODY_MAX} characters after trimming; also read from `message`,"
    " `text`, `content`, `new_message` and `comment`",
}
KEY: Json = {
    "type": "string",
    "minLength": 1,
    "maxLength": 128,
    "pattern": "^[!-~]*$",
}
KEY_HEADER: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "a repeat with the same key within 24 hours does nothing and is answered as"
    " the first time; also read from the field `key`",
    "schema": KEY,
}
MAGIC_KEY: Json = {"type": "string", "description": "the invitation; a member needs none"}

CHAT_ID: Json = {
    "name": "chat_id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
}
SINCE: Json = {
    "name": "since",
    "in": "query",
    "description": "the newest message id you hold; absent: the whole window",
    "schema": {"type": "integer", "minimum": 0, "maximum": ID_MAX},
}
WAIT: Json = {
    "name": "wait",
    "in": "query",
    "description": f"seconds to hold the request until there is news; above {HOLD_MAX:.0f}"
    " counts as that",
    "schema": {"type": "number", "minimum": 0, "default": 0},
}
EPOCH: Json = {
    "name": "epoch",
    "in": "query",
    "description": "from an earlier answer; a different one now means another history",
    "schema": {"type": "string"},
}


def _document() -> Json:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Watch Party",
            "version": __version__,
            "summary": "A private, throwaway group chat over plain HTTP.",
        },
        "paths": _paths(),
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


def _schemas() -> Json:
    _, schemas = msgspec.json.schema_components(ANSWERS, ref_template="#/components/schemas/{name}")
    for page in (Page, StateAnswer):  # their messages are encoded already: any JSON, by type
        messages = schemas[page.__name__]["properties"]["messages"]
        messages |= {"items": ref(Message), "maxItems": WINDOW}
    told: Json = {"anyOf": [ref(Page), ref(ErrorAnswer)]}
    schemas[PollAnswer.__name__]["properties"]["chats"]["additionalProperties"] = told
    return schemas


def _paths() -> Json:
    return {
        "/auth": {
            "post": operation(
                "Say your name and get an auth key, or rename yourself",
                AuthAnswer,
                (400, 401, 413, 503),
                security=OPTIONAL_KEY,
                body=fields({"username": USERNAME}, "username"),
            )
        },
        "/create": {
            "post": operation(
                "Start a chat",
                ChatAnswer,
                (400, 401, 413, 422, 503),
                security=OPTIONAL_KEY,
                body=fields({"username": USERNAME, "key": KEY}),
                parameters=[KEY_HEADER],
            )
        },
        "/{chat_id}": {
            "parameters": [CHAT_ID],
            "get": operation(
                "Read the messages, or wait for new ones",
                Page,
                (400, 401, 403, 503),
                parameters=[SINCE, WAIT, EPOCH],
                whole=StateAnswer,
            ),
            "post": operation(
                "Say something",
                MessageAnswer,
                (400, 401, 403, 413, 422, 503),
                body=fields({"body": BODY, "key": KEY}, "body"),
                parameters=[KEY_HEADER],
            ),
        },
        "/{chat_id}/join": {
            "parameters": [CHAT_ID],
            "post": operation(
                "Join with an invitation, or get one more session as a member",
                ChatAnswer,
                (400, 401, 403, 413, 503),
                security=OPTIONAL_KEY,
                body=fields({"magic_key": MAGIC_KEY, "username": USERNAME}),
            ),
        },
        "/poll": {
            "post": operation(
                "Wait for news in many chats at once",
                PollAnswer,
                (400, 413, 503),
                security=NO_KEY,
                body=takes(PollRequest),
            )
        },
        "/healthz": {"get": operation("Ask whether the server is up", HealthAnswer, (), NO_KEY)},
        "/openapi.json": {"get": plain("This document", "application/json")},
        "/": {"get": plain("The home page")},
        "/username": {"get": plain("The page that asks your name")},
        "/username.html": {"get": plain("The same, for old clients")},
        "/chat/{chat_id}": {
            "parameters": [CHAT_ID],
            "get": plain("The page of any chat, whether it exists or not"),
        },
    }


DOCUMENT = msgspec.json.encode(_document())

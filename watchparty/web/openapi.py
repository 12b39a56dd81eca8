"""The description of the API (OpenAPI 3.1), made from the shapes the answers have."""

from typing import Any

import msgspec
from msgspec import Struct

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
from watchparty.web.query import HOLD_MAX, ID_MAX

Json = dict[str, Any]

ANSWERS = (
    AuthAnswer,
    ChatAnswer,
    ErrorAnswer,
    HealthAnswer,
    Member,
    Message,
    MessageAnswer,
    Page,
    StateAnswer,
)

ERRORS = {
    400: "malformed: `invalid_request`",
    401: "no credential, or an auth key that is nobody's: `missing_credentials`,"
    " `invalid_credentials`",
    403: "no access, or no such chat: `forbidden`, `invalid_invite`",
    413: "larger than 64 KiB: `too_large`",
    503: "stopping, or the store is out of reach: `unavailable`",
}

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

NO_KEY: list[Json] = []
ANY_KEY: list[Json] = [{"credential": []}]
OPTIONAL_KEY: list[Json] = [{}, {"credential": []}]


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
        messages |= {"items": _ref(Message), "maxItems": WINDOW}
    return schemas


def _paths() -> Json:
    return {
        "/auth": {
            "post": _operation(
                "Say your name and get an auth key, or rename yourself",
                AuthAnswer,
                (400, 401, 413, 503),
                security=OPTIONAL_KEY,
                body=_fields({"username": USERNAME}, "username"),
            )
        },
        "/create": {
            "post": _operation(
                "Start a chat",
                ChatAnswer,
                (400, 401, 413, 503),
                security=OPTIONAL_KEY,
                body=_fields({"username": USERNAME}),
            )
        },
        "/{chat_id}": {
            "parameters": [CHAT_ID],
            "get": _operation(
                "Read the messages, or wait for new ones",
                Page,
                (400, 401, 403, 503),
                parameters=[SINCE, WAIT, EPOCH],
                whole=StateAnswer,
            ),
            "post": _operation(
                "Say something",
                MessageAnswer,
                (400, 401, 403, 413, 503),
                body=_fields({"body": BODY}, "body"),
            ),
        },
        "/{chat_id}/join": {
            "parameters": [CHAT_ID],
            "post": _operation(
                "Join with an invitation, or get one more session as a member",
                ChatAnswer,
                (400, 401, 403, 413, 503),
                security=OPTIONAL_KEY,
                body=_fields({"magic_key": MAGIC_KEY, "username": USERNAME}),
            ),
        },
        "/healthz": {"get": _operation("Ask whether the server is up", HealthAnswer, (), NO_KEY)},
        "/openapi.json": {"get": _plain("This document", "application/json")},
        "/": {"get": _plain("The home page")},
        "/username": {"get": _plain("The page that asks your name")},
        "/username.html": {"get": _plain("The same, for old clients")},
        "/chat/{chat_id}": {
            "parameters": [CHAT_ID],
            "get": _plain("The page of any chat, whether it exists or not"),
        },
    }


def _operation(
    summary: str,
    answer: type[Struct],
    errors: tuple[int, ...],
    security: list[Json] = ANY_KEY,
    body: Json | None = None,
    parameters: list[Json] | None = None,
    whole: type[Struct] | None = None,
) -> Json:
    shape = _ref(answer) if whole is None else {"anyOf": [_ref(whole), _ref(answer)]}
    operation: Json = {
        "summary": summary,
        "security": security,
        "responses": {"200": _response("done", shape)}
        | {str(status): _response(ERRORS[status], _ref(ErrorAnswer)) for status in errors},
    }
    if body is not None:
        operation["requestBody"] = body
    if parameters is not None:
        operation["parameters"] = parameters
    return operation


def _plain(summary: str, content_type: str = "text/html; charset=utf-8") -> Json:
    content: Json = {content_type: {}}
    return {
        "summary": summary,
        "security": NO_KEY,
        "responses": {"200": {"description": summary, "content": content}},
    }


def _response(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _fields(properties: Json, *required: str) -> Json:
    schema: Json = {"type": "object", "properties": properties, "required": list(required)}
    forms = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
    return {
        "required": bool(required),
        "content": {form: {"schema": schema} for form in forms},
    }


def _ref(shape: type[Struct]) -> Json:
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


DOCUMENT = msgspec.json.encode(_document())

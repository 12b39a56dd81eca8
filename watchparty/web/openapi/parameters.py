"""The fields and parameters of requests, as OpenAPI describes them."""

from watchparty.party.validation import MESSAGE_MAX, NAME_MAX, TOPIC_MAX
from watchparty.web.openapi.builders import Json
from watchparty.web.request.poll_query import HOLD_MAX, ID_MAX

USERNAME: Json = {
    "type": "string",
    "minLength": 1,
    "description": f"1 to {NAME_MAX} characters after NFC and trimming; also read from"
    " `name` and `user_name`",
    "examples": ["Zoë", "n" * NAME_MAX],
}
BODY: Json = {
    "type": "string",
    "minLength": 1,
    "description": f"1 to {MESSAGE_MAX} characters after trimming; also read from `message`,"
    " `text`, `content`, `new_message` and `comment`",
    "examples": ["It starts! 🍿", "b" * MESSAGE_MAX],
}
IDEMPOTENCY_KEY: Json = {
    "type": "string",
    "minLength": 1,
    "maxLength": 128,
    "pattern": "^[!-~]*$",
}
IDEMPOTENCY_KEY_HEADER: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "a repeat with the same key within 24 hours has no effect and gets the same"
    " answer; also read from the field `key`",
    "schema": IDEMPOTENCY_KEY,
}
MAGIC_KEY: Json = {"type": "string", "description": "the invitation; members need none"}

CHAT_ID: Json = {
    "name": "chat_id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
}
SINCE: Json = {
    "name": "since",
    "in": "query",
    "description": "the newest message id you have; if absent, you get the whole window",
    "schema": {"type": "integer", "minimum": 0, "maximum": ID_MAX},
}
LAST_EVENT_ID: Json = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "the id of the last event received; replaces `since`",
    "schema": SINCE["schema"],
}
WAIT: Json = {
    "name": "wait",
    "in": "query",
    "description": f"seconds to hold the request until there is news; values over {HOLD_MAX:.0f}"
    f" count as {HOLD_MAX:.0f}",
    "schema": {"type": "number", "minimum": 0, "default": 0},
}
EPOCH: Json = {
    "name": "epoch",
    "in": "query",
    "description": "the epoch you have; if it has changed, the chat has another history",
    "schema": {"type": "string"},
}
REV: Json = {
    "name": "rev",
    "in": "query",
    "description": "the revision you have; if it has changed, the answer carries `rev` and `state`,"
    " and a held request ends",
    "schema": {"type": "integer", "minimum": 0, "maximum": ID_MAX},
}
MEMBER_ID: Json = {
    "name": "member_id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
}
MESSAGE_ID: Json = MEMBER_ID | {"name": "id"}
TOPIC: Json = {
    "type": "string",
    "description": f"at most {TOPIC_MAX} characters; empty for none",
    "examples": ["Notorious", "t" * TOPIC_MAX],
}
INVITE_ROLE: Json = {"enum": ["guest", "viewer"], "default": "guest"}
QR_ROLE: Json = {"name": "role", "in": "query", "schema": INVITE_ROLE}
MEMBER_ROLE: Json = {"enum": ["cohost", "guest"]}

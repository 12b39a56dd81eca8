"""The parts an OpenAPI document is made of: operations, answers, bodies."""

from typing import Any

from msgspec import Struct

from watchparty.web.response.schemas import ErrorAnswer

Json = dict[str, Any]

ERRORS = {
    400: "malformed: `invalid_request`",
    401: "no credential, or an auth key that is nobody's: `missing_credentials`,"
    " `invalid_credentials`",
    403: "no access, or no such chat: `forbidden`, `invalid_invite`; not with your role:"
    " `not_allowed`",
    404: "nothing at this address, or no such member or message in this chat: `not_found`",
    409: "nobody could take over: `no_successor`; as many members as may be: `chat_full`",
    429: "too much at once: `rate_limited`",
    422: "the idempotency key stands for another request: `key_reused`",
    413: "larger than 64 KiB: `too_large`",
    503: "stopping, or the store is out of reach: `unavailable`",
}

PAUSES = (429, 503)  # whose answers carry Retry-After, in seconds

NO_KEY: list[Json] = []
ANY_KEY: list[Json] = [{"credential": []}]
OPTIONAL_KEY: list[Json] = [{}, {"credential": []}]


def operation(
    summary: str,
    answer: type[Struct],
    errors: tuple[int, ...],
    security: list[Json] = ANY_KEY,
    body: Json | None = None,
    parameters: list[Json] | None = None,
    alternative: type[Struct] | None = None,
    streamed: Json | None = None,
) -> Json:
    """Describe what one method does at one address."""
    shape = ref(answer) if alternative is None else {"anyOf": [ref(alternative), ref(answer)]}
    operation: Json = {
        "summary": summary,
        "security": security,
        "responses": {"200": response("done", shape)}
        | {str(status): error_response(status) for status in (*errors, 429)},
    }
    if streamed is not None:
        operation["responses"]["200"]["content"] |= streamed
    if body is not None:
        operation["requestBody"] = body
    if parameters is not None:
        operation["parameters"] = parameters
    return operation


def non_json_operation(summary: str, content_type: str = "text/html; charset=utf-8") -> Json:
    """Describe an address that answers with something else than our JSON."""
    content: Json = {content_type: {}}
    return {
        "summary": summary,
        "security": NO_KEY,
        "responses": {
            "200": {"description": summary, "content": content},
            "429": error_response(429),
        },
    }


def response(description: str, schema: Json) -> Json:
    """Describe one answer."""
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def error_response(status: int) -> Json:
    """Describe an error, with the pause after which to come back, if there is one."""
    described = response(ERRORS[status], ref(ErrorAnswer))
    if status in PAUSES:
        described["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    return described


def form_or_json_body(properties: Json, *required: str) -> Json:
    """Describe a body of named fields, as JSON or as a form; in JSON null is like absent."""
    schema: Json = {"type": "object", "properties": properties, "required": list(required)}
    nullable = {
        name: field if name in required else {"anyOf": [field, {"type": "null"}]}
        for name, field in properties.items()
    }
    forms = ("application/x-www-form-urlencoded", "multipart/form-data")
    return {
        "required": bool(required),
        "content": {
            "application/json": {"schema": schema | {"properties": nullable}},
            **{form: {"schema": schema} for form in forms},
        },
    }


def ref(shape: type[Struct]) -> Json:
    """Point at the schema of a shape."""
    return {"$ref": f"#/components/schemas/{shape.__name__}"}


def json_body(shape: type[Struct]) -> Json:
    """Describe a body that must be this shape, in JSON."""
    return {"required": True, "content": {"application/json": {"schema": ref(shape)}}}

"""Build the parts of the OpenAPI document: operations, responses, bodies."""

from typing import Any

from msgspec import Struct

from watchparty.web.response.schemas import ErrorAnswer

Json = dict[str, Any]

ERRORS = {
    400: "malformed: `invalid_request`",
    401: "no credential: `missing_credentials`; an unknown auth key: `invalid_credentials`",
    403: "no access, or no such chat: `forbidden`, `invalid_invite`; lost while the request was"
    " held: `removed`, `burned`; not allowed for your role: `not_allowed`; sent by a page"
    " of another origin: `foreign_origin`",
    404: "nothing at this address, or no such member or message in this chat: `not_found`",
    409: "nobody could take over: `no_successor`; too many members: `chat_full`",
    413: "larger than 64 KiB: `too_large`",
    415: "compressed: `unsupported_media_type`",
    421: "a public name that the server does not know as its own: `unknown_host`",
    422: "the idempotency key was used for another request: `key_reused`",
    429: "too many requests: `rate_limited`",
    503: "the server is stopping, or its store is unavailable: `unavailable`",
}

ALWAYS = (429,)
WITH_BODY = (413, 415)
RETRYABLE = (429, 503)  # these carry Retry-After, in seconds

NO_CREDENTIAL: list[Json] = []
CREDENTIAL: list[Json] = [{"credential": []}]
OPTIONAL_CREDENTIAL: list[Json] = [{}, {"credential": []}]


def operation(
    summary: str,
    answer: type[Struct],
    errors: tuple[int, ...],
    security: list[Json] = CREDENTIAL,
    body: Json | None = None,
    parameters: list[Json] | None = None,
    alternative: type[Struct] | None = None,
    event_stream: Json | None = None,
) -> Json:
    """Describe one method of one path; `errors` are those beside ALWAYS and WITH_BODY."""
    statuses = (*errors, *ALWAYS) if body is None else (*errors, *WITH_BODY, *ALWAYS)
    schema = ref(answer) if alternative is None else {"anyOf": [ref(alternative), ref(answer)]}
    operation: Json = {
        "summary": summary,
        "security": security,
        "responses": {"200": response("done", schema)}
        | {str(status): error_response(status) for status in statuses},
    }
    if event_stream is not None:
        operation["responses"]["200"]["content"] |= event_stream
    if body is not None:
        operation["requestBody"] = body
    if parameters is not None:
        operation["parameters"] = parameters
    return operation


def non_json_operation(summary: str, content_type: str = "text/html; charset=utf-8") -> Json:
    """Describe a path whose answer is not one of our JSON types."""
    return {
        "summary": summary,
        "security": NO_CREDENTIAL,
        "responses": {
            "200": {"description": summary, "content": {content_type: {}}},
            "429": error_response(429),
        },
    }


def response(description: str, schema: Json) -> Json:
    """Describe an answer in JSON."""
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def error_response(status: int) -> Json:
    """Describe an error, with its Retry-After header, if any."""
    error = response(ERRORS[status], ref(ErrorAnswer))
    if status in RETRYABLE:
        error["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    return error


def form_or_json_body(properties: Json, *required: str) -> Json:
    """Describe a body with named fields, as JSON or as a form. In JSON null means absent."""
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


def ref(type_: type[Struct]) -> Json:
    """Return a reference to the schema of a type."""
    return {"$ref": f"#/components/schemas/{type_.__name__}"}


def json_body(type_: type[Struct]) -> Json:
    """Describe a body that must be JSON of this type."""
    return {"required": True, "content": {"application/json": {"schema": ref(type_)}}}

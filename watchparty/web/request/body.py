"""Read the body of a request as named fields, in every encoding that clients use.

The idempotency key is read here as well, because clients that cannot set headers send it in the
body. The header is that of draft-ietf-httpapi-idempotency-key-header, but has the key unquoted.
"""

import asyncio
import codecs
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from quart import Request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge, RequestTimeout, UnsupportedMediaType
from werkzeug.formparser import FormDataParser

from watchparty.party import validation
from watchparty.party.errors import InvalidRequest

REQUEST_BODY_MAX = 64 * 1024  # bytes; 2,000 emoji take 24 KB when JSON escapes them
FORM_FIELDS_MAX = 32  # our forms have up to three
BODY_TIMEOUT = 10  # seconds for a whole body; shutting down may take as long

USERNAME = ("username", "name", "user_name")
IDEMPOTENCY_KEY = "key"
IDEMPOTENCY_KEY_HEADER = "Idempotency-Key"

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

Fields = dict[str, Any]


async def read(request: Request) -> Fields:
    """Return the fields of a JSON object, whatever its Content-Type, or of a form.

    An empty body has no fields. Raises InvalidRequest for anything else, and the errors of
    `receive`.
    """
    data = await receive(request)
    if not data.strip() or _is_empty_form(request, data):
        return {}
    json = without_bom(data)
    if request.mimetype in {URLENCODED, MULTIPART} and _looks_like_form(json):
        return _form(request, data)
    return _json(json)


async def receive(request: Request) -> bytes:
    """Return the body as bytes. Call it once per request.

    Raises UnsupportedMediaType for a compressed body, which could grow a thousandfold,
    RequestEntityTooLarge above 64 KiB, and RequestTimeout after 10 s.
    """
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType  # RFC 9110 section 15.5.16
    data = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            async for chunk in request.body:
                data += chunk
                if len(data) > REQUEST_BODY_MAX:
                    raise RequestEntityTooLarge
    except TimeoutError:
        raise RequestTimeout from None
    return bytes(data)


def without_bom(data: bytes) -> bytes:
    """Drop the byte order mark that some clients send before JSON (RFC 8259 section 8.1)."""
    return data.removeprefix(codecs.BOM_UTF8)


def text(fields: Fields, *names: str) -> str | None:
    """Return the first of these fields that is present and not null.

    Raises InvalidRequest when its value is not a string.
    """
    for name in names:
        value = fields.get(name)
        if isinstance(value, str):
            return value
        if value is not None:
            raise InvalidRequest(f"{name} must be a string.")
    return None


def username(fields: Fields) -> str | None:
    """Return the validated username, if there is one. Raises InvalidRequest."""
    given = text(fields, *USERNAME)
    return None if given is None else validation.username(given)


def idempotency_key(headers: Headers, fields: Fields) -> str | None:
    """Return the idempotency key, if any. The header takes precedence over the field.

    Raises InvalidRequest unless header and field, if present, are 1 to 128 visible ASCII
    characters.
    """
    sent = (headers.get(IDEMPOTENCY_KEY_HEADER), text(fields, IDEMPOTENCY_KEY))
    keys = [validation.idempotency_key(key) for key in sent if key is not None]
    return keys[0] if keys else None


def _is_empty_form(request: Request, data: bytes) -> bool:
    """Return True for a closing boundary alone, which browsers send for an empty FormData."""
    boundary = request.mimetype_params.get("boundary", "")
    return request.mimetype == MULTIPART and data.strip() == f"--{boundary}--".encode()


def _looks_like_form(data: bytes) -> bool:
    """Return False for JSON, which curl labels as a form by default; forms escape brackets."""
    return b"=" in data and data.lstrip()[:1] not in (b"{", b"[")


def _json(data: bytes) -> Fields:
    try:
        fields = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest("The body must be a JSON object or an HTML form.") from error
    if not isinstance(fields, dict):
        raise InvalidRequest("The body must be a JSON object.")
    return fields


def _form(request: Request, data: bytes) -> Fields:
    try:
        pairs = _form_pairs(request, data)
    except ValueError as error:
        message = f"The form must be UTF-8 and have at most {FORM_FIELDS_MAX} fields."
        raise InvalidRequest(message) from error
    if not pairs:  # the body is not empty, but the parser found no field in it
        raise InvalidRequest("The form has no fields.")
    return dict(reversed(pairs))  # the first value of a repeated field counts


def _form_pairs(request: Request, data: bytes) -> list[tuple[str, str]]:
    decoded = data.decode()  # strictly: the multipart parser would replace invalid bytes
    if request.mimetype == URLENCODED:
        return parse_qsl(
            decoded, keep_blank_values=True, errors="strict", max_num_fields=FORM_FIELDS_MAX
        )
    parser = FormDataParser(max_form_parts=FORM_FIELDS_MAX)
    _, form, _ = parser.parse(BytesIO(data), MULTIPART, len(data), request.mimetype_params)
    return list(form.items(multi=True))

"""Read a request's body as named fields, however an old client wrapped them."""

import asyncio
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from quart import Request
from werkzeug.exceptions import RequestEntityTooLarge, RequestTimeout
from werkzeug.formparser import FormDataParser

from watchparty.party import validation
from watchparty.party.errors import InvalidRequest

REQUEST_BODY_MAX = 64 * 1024  # bytes; 2,000 emoji, escaped in JSON, are 24 KB
USERNAME = ("username", "name", "user_name")
FIELDS_MAX = 32  # of a form; ours have three
BODY_TIMEOUT = 10  # seconds that one may take to arrive; a stop may have to wait as long

Fields = dict[str, Any]
Pairs = list[tuple[str, str]]


async def read(request: Request) -> Fields:
    """Return the fields of a body: a JSON object whatever its Content-Type, or a form.

    An empty body has no fields. Raises InvalidRequest for anything else.
    """
    data = await receive(request)
    if not data.strip() or _is_empty_form(request, data):
        return {}
    if request.mimetype in FORMS and _looks_like_form(data):
        return _form(request, data)
    return _json(data)


async def receive(request: Request) -> bytes:
    """Return the body as it came, once, and take no more of it than may be.

    Raises RequestEntityTooLarge above 64 KiB and RequestTimeout after 10 s.
    """
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


def text(fields: Fields, *names: str) -> str | None:
    """Return the first of these fields that is there and not null.

    Raises InvalidRequest, naming it, when it is no string.
    """
    for name in names:
        value = fields.get(name)
        if isinstance(value, str):
            return value
        if value is not None:
            raise InvalidRequest(f"{name} must be a string.")
    return None


def username(fields: Fields) -> str | None:
    """Return the checked name among these fields, if there is one. Raises InvalidRequest."""
    given = text(fields, *USERNAME)
    return None if given is None else validation.username(given)


def _is_empty_form(request: Request, data: bytes) -> bool:
    """Tell whether this is all that browsers send of a FormData with nothing in it."""
    boundary = request.mimetype_params.get("boundary", "")
    return request.mimetype == "multipart/form-data" and data.strip() == f"--{boundary}--".encode()


def _looks_like_form(data: bytes) -> bool:
    """Tell a form from JSON, which curl calls a form too; a real one escapes its brackets."""
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
        pairs = FORMS[request.mimetype](request, data)
    except ValueError as error:
        raise InvalidRequest(f"The form must be UTF-8, of {FIELDS_MAX} fields at most.") from error
    if not pairs:  # something was sent, but no parser found a field in it
        raise InvalidRequest("The form has no fields.")
    return dict(reversed(pairs))  # of a repeated field the first counts


def _urlencoded(_: Request, data: bytes) -> Pairs:
    return parse_qsl(
        data.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX
    )


def _multipart(request: Request, data: bytes) -> Pairs:
    data.decode()  # the parser would put replacement characters where it is no UTF-8
    parser = FormDataParser(max_form_parts=FIELDS_MAX)
    _, form, _ = parser.parse(BytesIO(data), request.mimetype, len(data), request.mimetype_params)
    return list(form.items(multi=True))


FORMS = {"application/x-www-form-urlencoded": _urlencoded, "multipart/form-data": _multipart}

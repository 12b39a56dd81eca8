"""Answer every failure with the same kind of JSON, whatever its source."""

from types import TracebackType
from typing import Any

from quart import Quart, Response, g, has_request_context, request
from werkzeug.exceptions import HTTPException

from watchparty.party import errors
from watchparty.web.response.schemas import ErrorAnswer, error_body, json

STATUSES: dict[type[errors.PartyError], int] = {
    errors.InvalidRequest: 400,
    errors.MissingCredentials: 401,
    errors.InvalidCredentials: 401,
    errors.Forbidden: 403,
    errors.InvalidInvite: 403,
    errors.ForeignOrigin: 403,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.NoSuccessor: 409,
    errors.ChatFull: 409,
    errors.UnknownHost: 421,
    errors.KeyReused: 422,
    errors.RateLimited: 429,
    errors.Unavailable: 503,
    errors.Stopping: 503,
    errors.StoreUnavailable: 503,
    errors.PartyError: 500,
}

Failure = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

# Errors of the framework, in our words.
HTTP_ERRORS: dict[int, tuple[str, str]] = {
    400: (errors.InvalidRequest.code, errors.InvalidRequest.message),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not support that method."),
    408: ("request_timeout", "The request took too long to arrive."),
    413: ("too_large", "The body is larger than 64 KiB."),
    415: ("unsupported_media_type", "The body must not be compressed."),
    500: (errors.PartyError.code, errors.PartyError.message),
}


def init_errors(app: Quart) -> None:
    """Answer every failure of `app` as JSON, and log the unexpected."""
    app.register_error_handler(errors.PartyError, _answer_party_error)
    app.register_error_handler(HTTPException, _answer_http_exception)

    def log_exception(*args: Any) -> None:
        failure: Failure = args[-1]  # newer versions pass the context first
        # Log the rule and not the path, which may contain a magic key (`%23` links).
        where = f"{request.method} {request.url_rule}" if has_request_context() else "no request"
        app.logger.error("Exception on %s", where, exc_info=failure)

    untyped: Any = app  # versions of Quart differ in the arguments of this method
    untyped.log_exception = log_exception


def status_of(error: errors.PartyError) -> int:
    """Return the status of a failure, or of the nearest of its base classes that has one."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def headers(error: errors.PartyError) -> dict[str, str]:
    """Return the headers that the answer to a failure needs beside the usual ones."""
    if status_of(error) == 401:  # RFC 9110 section 11.6.1
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, errors.RateLimited | errors.Unavailable):
        return {"Retry-After": str(error.retry_after)}
    return {}


async def _answer_party_error(error: errors.PartyError) -> Response:
    response = json(error_body(error), status_of(error))
    response.headers.update(headers(error))
    g.refusal = error  # the rate limits charge for bad credentials
    return response


async def _answer_http_exception(error: HTTPException) -> Response:
    status = error.code or 500
    fallback = error.name.lower().replace(" ", "_"), f"{error.name}."
    code, message = HTTP_ERRORS.get(status, fallback)
    response = json(ErrorAnswer(code, message), status)
    for name, value in error.get_headers():
        if name == "Allow":  # RFC 9110 section 15.5.6
            response.headers[name] = value
    return response

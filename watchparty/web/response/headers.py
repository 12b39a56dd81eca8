"""Headers that answers carry: nothing leaks, nothing foreign runs, nothing is cached."""

from quart import Quart, Response, request

# Nothing from another origin and nothing inline; `default-src 'none'` forbids the rest.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",  # text never becomes markup or code,
        "trusted-types poll",  # but for the address of the worker in static/js/net/shared-poll.js
    ]
)

# What browsers show as a page or load into one shares nothing, the devices included.
PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

# Data neither runs nor loads anything as long as it is not taken for something else, and what
# is worth reading takes a header that no foreign page can send. A phone gets a thousand such
# answers in an evening, so they carry no more than this.
DATA_HEADERS = {"X-Content-Type-Options": "nosniff"}
DATA_TYPES = {"application/json", "text/event-stream"}

# Browsers believe these on TLS only (RFC 6797 section 8.1), and complain elsewhere.
TLS_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",  # seconds
}

# The address of a static file changes with its content (assets.fingerprint).
IMMUTABLE = "public, max-age=31536000, immutable"
NO_STORE = "no-store"


def to_asgi(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as ASGI has them."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def for_data(media: dict[str, str], is_secure: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with data, for code that writes it without the framework."""
    return to_asgi(
        {**media, **DATA_HEADERS, "Cache-Control": NO_STORE, **(TLS_HEADERS if is_secure else {})}
    )


def init_headers(app: Quart) -> None:
    """Let the answers of `app` carry them, errors included."""
    app.after_request(_add)


async def _add(response: Response) -> Response:
    response.headers.update(DATA_HEADERS if response.mimetype in DATA_TYPES else PAGE_HEADERS)
    if request.scheme == "https":
        response.headers.update(TLS_HEADERS)
    static = request.endpoint == "static" and response.status_code in {200, 206, 304}
    response.headers["Cache-Control"] = IMMUTABLE if static else NO_STORE
    return response

"""Security and caching headers: nothing leaks, no foreign code runs, nothing is cached."""

from quart import Quart, Response, request

# Nothing from other origins and nothing inline. `default-src 'none'` forbids the rest.
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
        "require-trusted-types-for 'script'",  # text never becomes markup or code
        "trusted-types poll",  # except the URL of the worker (static/js/net/shared-poll.js)
    ]
)

# For everything that browsers show as a page or load into one.
PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

# Data is harmless unless a browser takes it for another type, and anything confidential needs a
# header that foreign pages cannot send. A phone gets a thousand such answers in an evening, so
# they carry no other security headers.
DATA_HEADERS = {"X-Content-Type-Options": "nosniff"}
DATA_TYPES = {"application/json", "text/event-stream"}

# Browsers honour these over TLS only (RFC 6797 section 8.1), and otherwise complain.
TLS_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",  # seconds
}

# The addresses of static files change with their content (assets.fingerprint).
IMMUTABLE = "public, max-age=31536000, immutable"
NO_STORE = "no-store"


def to_asgi(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers in the form that ASGI uses."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def for_data(media: dict[str, str], is_secure: bool) -> list[tuple[bytes, bytes]]:
    """Return all headers of a data answer, for code that sends it without the framework."""
    tls = TLS_HEADERS if is_secure else {}
    return to_asgi({**media, **DATA_HEADERS, "Cache-Control": NO_STORE, **tls})


def init_headers(app: Quart) -> None:
    """Add them to every answer of `app`, errors included."""
    app.after_request(_add)


async def _add(response: Response) -> Response:
    response.headers.update(DATA_HEADERS if response.mimetype in DATA_TYPES else PAGE_HEADERS)
    if request.scheme == "https":
        response.headers.update(TLS_HEADERS)
    static = request.endpoint == "static" and response.status_code in {200, 206, 304}
    response.headers["Cache-Control"] = IMMUTABLE if static else NO_STORE
    return response

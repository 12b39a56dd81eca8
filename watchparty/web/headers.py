"""Headers that every answer carries: nothing leaks, nothing foreign runs, nothing is cached."""

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
    ]
)

# The address of a static file changes with its content (assets.fingerprint).
FOR_EVER = "public, max-age=31536000, immutable"


def init_headers(app: Quart) -> None:
    """Let every answer of `app` carry them, errors included."""
    app.after_request(_add)


async def _add(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    static = request.endpoint == "static" and response.status_code in {200, 206, 304}
    response.headers["Cache-Control"] = FOR_EVER if static else "no-store"
    return response

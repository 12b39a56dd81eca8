"""Invite links: the addresses that people share."""

from quart import Request, request

from watchparty.web.context import settings


def link_for(chat_id: int, magic_key: str) -> str:
    """Return the invite link of a chat, at the origin that the client uses.

    The key is in the fragment, which browsers never send (RFC 3986 section 3.5), so it
    appears in no request, log or Referer.
    """
    return f"{origin(request, settings().public_url)}/chat/{chat_id}#{magic_key}"


def origin(request: Request, public_url: str | None) -> str:
    """Return the origin of this server, as the operator set it or else as the client sees it."""
    if public_url:
        return public_url
    scheme = "https" if request.scheme == "https" else "http"  # a proxy may send anything
    return f"{scheme}://{request.host or _own_host(request)}"


def _own_host(request: Request) -> str:
    """Return where the server listens, for a request without a valid Host."""
    host, port = request.scope.get("server") or ("localhost", None)
    return host if port is None else f"{host}:{port}"

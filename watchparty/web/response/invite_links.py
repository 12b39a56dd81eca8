"""The addresses people share."""

from quart import Request, request

from watchparty.web.context import settings


def link_for(chat_id: int, magic_key: str) -> str:
    """Return the invitation to a chat, at the address that the asker sees.

    The key is a fragment, which browsers keep to themselves (RFC 3986 section 3.5):
    it is in no request, no log and no Referer.
    """
    return f"{origin(request, settings().public_url)}/chat/{chat_id}#{magic_key}"


def origin(request: Request, public_url: str | None) -> str:
    """Return what addresses on this server begin with, as the asker sees it."""
    if public_url:
        return public_url
    scheme = "https" if request.scheme == "https" else "http"  # a proxy may say anything
    return f"{scheme}://{request.host or _own_host(request)}"


def _own_host(request: Request) -> str:
    """Return where the server itself listens, for a request whose Host makes no sense."""
    host, port = request.scope.get("server") or ("localhost", None)
    return host if port is None else f"{host}:{port}"

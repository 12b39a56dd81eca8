"""The pages: static shells, identical for all users and all chats."""

from quart import Blueprint, Response, current_app, render_template, request

from watchparty.web.request.content_negotiation import encodings
from watchparty.web.response.precompressed import Precompressed

pages = Blueprint("pages", __name__)


async def _shell(name: str) -> Response:
    """Return a page, rendered and compressed at its first request."""
    shells: dict[str, Precompressed] = current_app.extensions.setdefault("watchparty.shells", {})
    if name not in shells:
        html = (await render_template(name)).encode()
        shells[name] = Precompressed.of(html, "text/html; charset=utf-8")
    return shells[name].response(encodings(request))


@pages.get("/")
async def home() -> Response:
    """Show the home page, where chats are created."""
    return await _shell("home.html")


@pages.get("/username")
@pages.get("/username.html")
async def username() -> Response:
    """Show the page that asks for a name."""
    return await _shell("username.html")


@pages.get("/chat/<chat_link:chat_link>")
async def chat(chat_link: str) -> Response:
    """Show the shell of a chat. Its script asks the API, which checks access."""
    return await _shell("chat.html")

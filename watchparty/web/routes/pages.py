"""The pages: static shells, identical for all users and all chats."""

from quart import Blueprint, Quart, Response, current_app, render_template, request

from watchparty.web.request.content_negotiation import encodings
from watchparty.web.response.precompressed import Precompressed

pages = Blueprint("pages", __name__)

SHELLS = ("home.html", "username.html", "chat.html")


def init_pages(app: Quart) -> None:
    """Render the pages of `app` when it starts: later, the files may be of a newer version."""

    @app.before_serving
    async def render() -> None:
        for name in SHELLS:
            await _rendered(name)


async def _rendered(name: str) -> Precompressed:
    shells: dict[str, Precompressed] = current_app.extensions.setdefault("watchparty.shells", {})
    if name not in shells:
        html = (await render_template(name)).encode()
        shells[name] = Precompressed.of(html, "text/html; charset=utf-8")
    return shells[name]


async def _shell(name: str) -> Response:
    return (await _rendered(name)).response(encodings(request))


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

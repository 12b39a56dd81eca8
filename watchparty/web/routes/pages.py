"""The pages: static shells, the same bytes for everybody and for every chat."""

from quart import Blueprint, Quart, Response, current_app, render_template, request

from watchparty.web.response.precompressed import Precompressed

SHELLS = ("home.html", "username.html", "chat.html")

pages = Blueprint("pages", __name__)


def init_pages(app: Quart) -> None:
    """Serve the pages, each rendered once when the server starts."""
    app.register_blueprint(pages)
    app.before_serving(_render)


async def _render() -> None:
    current_app.extensions["watchparty.shells"] = {
        name: Precompressed.of((await render_template(name)).encode(), "text/html; charset=utf-8")
        for name in SHELLS
    }


def _shell(name: str) -> Response:
    shell: Precompressed = current_app.extensions["watchparty.shells"][name]
    return shell.response(request.accept_encodings)


@pages.get("/")
async def home() -> Response:
    """Show where parties start."""
    return _shell("home.html")


@pages.get("/username")
@pages.get("/username.html")
async def username() -> Response:
    """Show where people say their name."""
    return _shell("username.html")


@pages.get("/chat/<invited:invited>")
async def chat(invited: str) -> Response:
    """Show the shell of a chat; who may look into it is asked by the page, of the API."""
    return _shell("chat.html")

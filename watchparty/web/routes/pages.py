"""The pages: static shells, the same bytes for everybody and for every chat."""

from quart import Blueprint, render_template

pages = Blueprint("pages", __name__)


@pages.get("/")
async def home() -> str:
    """Show where parties start."""
    return await render_template("home.html")


@pages.get("/username")
@pages.get("/username.html")
async def username() -> str:
    """Show where people say their name."""
    return await render_template("username.html")


@pages.get("/chat/<invited:invited>")
async def chat(invited: str) -> str:
    """Show the shell of a chat; who may look into it is asked by the page, of the API."""
    return await render_template("chat.html")

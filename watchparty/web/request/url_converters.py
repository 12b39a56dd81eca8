"""The variable parts of paths."""

from quart import Quart
from werkzeug.routing import BaseConverter, IntegerConverter


class IdConverter(IntegerConverter):
    """The id of a chat, a member or a message: ASCII digits, as many as fit into 64 bits.

    Each has one form: with leading zeros, a chat would have aliases.
    """

    regex = "[1-9][0-9]{0,17}"


class ChatLinkConverter(BaseConverter):
    """A chat id, followed by the magic key if a mail filter turned the link's `#` into `%23`."""

    regex = "[1-9][0-9]{0,17}/?(?:#.*)?"
    part_isolating = False


def init_url_converters(app: Quart) -> None:
    """Register the converters, and match paths exactly as they are written."""
    app.url_map.converters["id"] = IdConverter
    app.url_map.converters["chat_link"] = ChatLinkConverter
    app.url_map.merge_slashes = False

"""What a chat looks like in a path."""

from quart import Quart
from werkzeug.routing import BaseConverter


class IdConverter(BaseConverter):
    """ASCII digits, no more than a store can look up; other paths lead nowhere."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """Return the chat's id; whether there is such a chat is not asked here."""
        return int(value)


class InvitedConverter(BaseConverter):
    """A chat id, with the magic key in tow when a mail filter turned `#` into `%23`."""

    regex = "[0-9]{1,18}/?(?:#.*)?"
    part_isolating = False


def init_url_converters(app: Quart) -> None:
    """Teach `app` these paths, and take every path as it is written."""
    app.url_map.converters["id"] = IdConverter
    app.url_map.converters["invited"] = InvitedConverter
    app.url_map.merge_slashes = False

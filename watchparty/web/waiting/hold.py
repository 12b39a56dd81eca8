"""Hold a request: routes return `hold(…)` when an answer has to wait."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
from msgspec import Raw
from quart import Response, request

from watchparty.party.chat import ChatView, Subscriber
from watchparty.party.errors import Forbidden
from watchparty.party.window import Page
from watchparty.web.limits.held_requests import Holders
from watchparty.web.middleware.exchange import SCOPE_KEY
from watchparty.web.response import sse
from watchparty.web.response.schemas import PollAnswer, error_body, json


class View(Protocol):
    """One request's view of the chats that it waits for."""

    def subscribe(self, subscriber: Subscriber) -> None:
        """Wake `subscriber` whenever there may be news."""

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Stop waking `subscriber`."""

    @property
    def is_stopping(self) -> bool:
        """Return True once the server stops."""

    def look(self) -> tuple[Page | PollAnswer, bytes]:
        """Return the answer as of now, and the same as JSON. Raises Forbidden."""

    def has_news(self) -> bool:
        """Return True if the answer as of now should be sent at once. Raises Forbidden."""


class Poll(NamedTuple):
    """A request for one answer, to be held up to `seconds` for news."""

    view: View
    seconds: float
    holders: Holders


class Stream(NamedTuple):
    """A request for all news of a chat, as it happens."""

    view: ChatView
    holders: Holders


def hold(held: Poll | Stream) -> Response:
    """Mark the current request as held; return a placeholder answer for the framework."""
    scope: Any = request.scope
    scope[SCOPE_KEY].append(held)
    return json(b"") if isinstance(held, Poll) else sse.head()


class ManyChats:
    """Many chats, each from its own cursor."""

    def __init__(self, views: Sequence[ChatView]) -> None:
        self._views = views

    def subscribe(self, subscriber: Subscriber) -> None:
        """Wake `subscriber` whenever there may be news in one of them."""
        for view in self._views:
            view.subscribe(subscriber)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Stop waking `subscriber`."""
        for view in self._views:
            view.unsubscribe(subscriber)

    @property
    def is_stopping(self) -> bool:
        """Return True once the server stops."""
        return any(view.is_stopping for view in self._views)

    def look(self) -> tuple[PollAnswer, bytes]:
        """Return the pages that have news, or an error where the member was removed."""
        news = {str(view.chat.chat_id): _news(view) for view in self._views}
        answer = PollAnswer({name: page for name, page in news.items() if page is not None})
        return answer, msgspec.json.encode(answer)

    def has_news(self) -> bool:
        """Return True if a chat has news, or a member was removed."""
        return any(_news(view) is not None for view in self._views)


def _news(view: ChatView) -> Raw | None:
    try:
        page, encoded = view.look()
    except Forbidden as error:
        return Raw(msgspec.json.encode(error_body(error)))
    return Raw(encoded) if page.has_news else None

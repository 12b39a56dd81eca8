"""The news that a held request waits for: of one chat, or of many."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec
from msgspec import Raw

from watchparty.party.chat import Chat
from watchparty.party.errors import Forbidden
from watchparty.party.window import Cursor, Page
from watchparty.web.response.schemas import PollAnswer, error_body


class View(Protocol):
    """The chats that one request waits for, as it sees them."""

    @property
    def chats(self) -> Iterable[Chat]:
        """Return the chats to subscribe to."""

    def look(self) -> tuple[Page | PollAnswer, bytes]:
        """Return the answer as of now, and the same as JSON. Raises Forbidden."""

    def has_news(self) -> bool:
        """Return True if this answer should be sent at once. Raises Forbidden."""


class ChatView:
    """One chat, as the member `member_id` sees it from `cursor` on."""

    __slots__ = ("chat", "cursor", "member_id")

    def __init__(self, chat: Chat, member_id: int, cursor: Cursor) -> None:
        self.chat = chat
        self.member_id = member_id
        self.cursor = cursor

    @property
    def chats(self) -> tuple[Chat]:
        """Return the one chat."""
        return (self.chat,)

    @property
    def is_member(self) -> bool:
        """Return False once the member was removed, or the chat is gone."""
        return self.member_id in self.chat.members

    def look(self) -> tuple[Page, bytes]:
        """Return the page at the cursor, and the same as JSON. Raises Forbidden."""
        return self.chat.look(self.member_id, self.cursor)

    def has_news(self) -> bool:
        """Return True if the page has news. Raises Forbidden."""
        # The first condition nearly always decides, and costs a tenth of looking.
        return self.cursor.since != self.chat.window.last_id or self.look()[0].has_news


class ManyChats:
    """Many chats, each from its own cursor."""

    def __init__(self, views: Sequence[ChatView]) -> None:
        self._views = views

    @property
    def chats(self) -> list[Chat]:
        """Return all of them."""
        return [view.chat for view in self._views]

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

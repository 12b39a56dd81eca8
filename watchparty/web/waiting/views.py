"""What a held request waits for: news of one chat, or of many at once."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec
from msgspec import Raw

from watchparty.party.chat import Chat
from watchparty.party.errors import Forbidden
from watchparty.party.window import Cursor, Page
from watchparty.web.response.schemas import PollAnswer, error_body


class View(Protocol):
    """What one request sees of the chats that it waits for."""

    @property
    def chats(self) -> Iterable[Chat]:
        """Return the chats whose news matter."""

    def look(self) -> tuple[Page | PollAnswer, bytes]:
        """Return what to answer now, and the same as JSON. Raises Forbidden."""

    def has_news(self) -> bool:
        """Return True if that should be answered now rather than later. Raises Forbidden."""


class ChatView:
    """One chat, as its member `member_id` sees it from `cursor` on."""

    __slots__ = ("chat", "cursor", "member_id")

    def __init__(self, chat: Chat, member_id: int, cursor: Cursor) -> None:
        self.chat = chat
        self.member_id = member_id
        self.cursor = cursor

    @property
    def chats(self) -> tuple[Chat]:
        """Return the chat, alone."""
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
        # The first question alone decides nearly always, and costs a tenth of a look.
        return self.cursor.since != self.chat.window.last_id or self.look()[0].has_news


class ManyChats:
    """Many chats at once, each from a cursor of its own."""

    def __init__(self, views: Sequence[ChatView]) -> None:
        self._views = views

    @property
    def chats(self) -> list[Chat]:
        """Return all of them."""
        return [view.chat for view in self._views]

    def look(self) -> tuple[PollAnswer, bytes]:
        """Return the pages that have news and, for a removed member, an error in place of one."""
        news = {str(view.chat.chat_id): _news(view) for view in self._views}
        answer = PollAnswer({name: page for name, page in news.items() if page is not None})
        return answer, msgspec.json.encode(answer)

    def has_news(self) -> bool:
        """Return True if one of them has news, or its member was removed."""
        return any(_news(view) is not None for view in self._views)


def _news(view: ChatView) -> Raw | None:
    try:
        page, encoded = view.look()
    except Forbidden as error:
        return Raw(msgspec.json.encode(error_body(error)))
    return Raw(encoded) if page.has_news else None

"""Wait for news in many chats at once."""

from collections.abc import Mapping

from watchparty.party.chat import Chat
from watchparty.party.errors import Forbidden
from watchparty.party.subscriptions import until_news
from watchparty.party.window import Cursor

Pages = dict[int, bytes | Forbidden]

Places = Mapping[Chat, tuple[int, Cursor]]  # of each chat, which member asks, and from where


async def poll(places: Places, wait: float) -> Pages:
    """Return by chat id, as JSON, the pages that have news, held up to `wait` seconds for some.

    Who is removed meanwhile gets Forbidden in the place of a page. Raises Stopping when
    the server goes down meanwhile.
    """
    if wait:
        audiences = [chat.audience for chat in places]
        await until_news(audiences, lambda: bool(look(places)), wait)
    return look(places)


def look(places: Places) -> Pages:
    """Return the pages that have news now, and who has been removed."""
    pages: Pages = {}
    for chat, (reader, cursor) in places.items():
        try:
            page, encoded = chat.look(reader, cursor)
        except Forbidden as refusal:
            pages[chat.chat_id] = refusal
        else:
            if page.has_news:
                pages[chat.chat_id] = encoded
    return pages

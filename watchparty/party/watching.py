"""Wait for news in many chats at once."""

import asyncio
from collections.abc import Iterable, Mapping

from watchparty.party.chat import Chat
from watchparty.party.errors import Forbidden
from watchparty.party.window import Cursor

Pages = dict[int, bytes | Forbidden]

Places = Mapping[Chat, tuple[int, Cursor]]  # of each chat, which member asks, and from where


async def poll(places: Places, wait: float) -> Pages:
    """Return by chat id, as JSON, the pages that have news, held up to `wait` seconds for some.

    Who is removed meanwhile gets Forbidden in the place of a page.

    Look, wait, look again, as `Chat.poll` does for one chat. Raises Stopping when the
    server goes down meanwhile.
    """
    try:
        async with asyncio.timeout(wait):
            while True:
                news = [chat.next_news() for chat in places] if wait else []
                pages = look(places)
                if pages or not wait:
                    return pages
                await _first(news)
    except TimeoutError:
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


async def _first(events: Iterable[asyncio.Event]) -> None:
    """Wait until one of them is set."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()

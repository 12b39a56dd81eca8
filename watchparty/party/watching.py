"""Wait for news in many chats at once."""

import asyncio
from collections.abc import Iterable, Mapping

from watchparty.party.chat import Chat
from watchparty.party.window import Cursor

Pages = dict[int, bytes]


async def poll(cursors: Mapping[Chat, Cursor], wait: float) -> Pages:
    """Return by chat id, as JSON, the pages that have news, held up to `wait` seconds for some.

    Look, wait, look again, as `Chat.poll` does for one chat. Raises Stopping when the
    server goes down meanwhile.
    """
    try:
        async with asyncio.timeout(wait):
            while True:
                news = [chat.next_news() for chat in cursors] if wait else []
                pages = look(cursors)
                if pages or not wait:
                    return pages
                await _first(news)
    except TimeoutError:
        return look(cursors)


def look(cursors: Mapping[Chat, Cursor]) -> Pages:
    """Return the pages that have news now."""
    looks = ((chat.chat_id, chat.look(cursor)) for chat, cursor in cursors.items())
    return {chat_id: page for chat_id, page in looks if page is not None}


async def _first(events: Iterable[asyncio.Event]) -> None:
    """Wait until one of them is set."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()

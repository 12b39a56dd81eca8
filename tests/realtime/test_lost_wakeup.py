"""A message wakes a poll even if it arrives after the poll read and before the poll waits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.api_fixtures import Story
from tests.support.load_clients import HOLD, Connection, connect_many
from tests.support.server_process import Server
from watchparty.party.chat import Chat, ChatView
from watchparty.party.errors import Forbidden, Stopping
from watchparty.party.service import ChatAccess, ChatService
from watchparty.party.validation import Draft
from watchparty.party.window import Cursor, Page, Window
from watchparty.storage.sqlite import SqliteStore
from watchparty.web.limits.held_requests import HeldRequests
from watchparty.web.waiting.timer_wheel import TimerWheel
from watchparty.web.waiting.waiter import PollWaiter, WaitingRoom

HOST = 1  # the member id of the host
SOON = 20  # seconds; a poll that was not woken is answered after HOLD
TIMES = 300
POLLS = 4  # each time


class Interrupted(Window):
    """A window that runs a callback right after a read that found nothing new."""

    def __init__(self, window: Window, callback: Callable[[], None]) -> None:
        vars(self).update(vars(window))
        self.callbacks = [callback]

    def page_at(self, cursor: Cursor) -> tuple[Page, bytes]:
        found = super().page_at(cursor)
        if self.callbacks and not found[0].has_news:
            self.callbacks.pop()()
        return found


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ChatService]:
    store = SqliteStore(str(tmp_path / "party.db"))
    yield ChatService(store)
    await store.close()


@pytest.fixture
async def access(service: ChatService) -> ChatAccess:
    """Alice's access to a chat of her own."""
    return (await service.create(None, "Alice")).access


async def test_a_message_between_read_and_wait_is_answered_at_once(
    service: ChatService, access: ChatAccess
) -> None:
    chat = access.chat
    kept = await service.store.append(chat.chat_id, access.member, Draft("Just now"))

    def deliver() -> None:  # as Chat.say does after the message is stored
        chat.window.add(kept.message)
        chat.wake()

    chat.window = Interrupted(chat.window, deliver)
    page = await poll(chat, since=0)
    assert [message["body"] for message in page["messages"]] == ["Just now"]
    assert page["last_id"] == 1
    await assert_refused(service, chat)


async def test_a_stop_between_read_and_wait_ends_the_poll_at_once(
    service: ChatService, access: ChatAccess
) -> None:
    access.chat.window = Interrupted(access.chat.window, service.stop)
    with pytest.raises(Stopping):
        await poll(access.chat, since=0)
    await assert_refused(service, access.chat)


async def test_a_message_between_two_reads_of_a_held_poll_is_answered_at_once(
    service: ChatService, access: ChatAccess
) -> None:
    """A poll that wakes without news reads and waits again, which opens the same gap again."""
    chat = access.chat
    first = await service.store.append(chat.chat_id, access.member, Draft("First"))

    def wake_for_nothing() -> None:
        chat.window = Interrupted(chat.window, deliver)
        chat.wake()

    def deliver() -> None:
        chat.window.add(first.message)
        chat.wake()

    chat.window = Interrupted(chat.window, wake_for_nothing)
    assert (await poll(chat, since=0))["last_id"] == 1
    await assert_refused(service, chat)


async def test_every_poll_sent_together_with_a_post_gets_its_message(
    server: Server, story: Story
) -> None:
    async with connect_many(server.url, POLLS + 1) as [author, *readers]:
        for since in range(TIMES):
            for connection in readers[: since % (POLLS + 1)]:
                connection.ask(story.bob.path, story.bob.session_token, since=since, wait=HOLD)
            author.send_message(story.alice.path, story.alice.session_token, f"{since}")
            for connection in readers[since % (POLLS + 1) :]:
                connection.ask(story.bob.path, story.bob.session_token, since=since, wait=HOLD)
            assert (await author.answer()).ok()["id"] == since + 1
            assert await last_ids(readers) == [since + 1] * POLLS
    refusal = await story.charlie.try_to_read(story.chat_id, since=0, wait=HOLD)
    assert refusal.error == (403, "forbidden")


async def poll(chat: Chat, since: int) -> Any:
    async with asyncio.timeout(SOON):
        waiter = PollWaiter(ChatView(chat, HOST, Cursor(since)), HOLD, (), room(), never)
        with waiter:
            _, encoded = await waiter.next() or pytest.fail("the client hung up")
        return msgspec.json.decode(encoded)


def room() -> WaitingRoom:
    return WaitingRoom(HeldRequests(on=False), TimerWheel())


async def never() -> Any:
    """Receive nothing: the client stays."""
    await asyncio.Future()


async def last_ids(readers: list[Connection]) -> list[int]:
    async with asyncio.timeout(SOON):
        pages = await asyncio.gather(*(connection.answer() for connection in readers))
    return [page.ok()["last_id"] for page in pages]


async def assert_refused(service: ChatService, chat: Chat) -> None:
    charlie = await service.create(None, "Charlie")
    with pytest.raises(Forbidden):
        await service.authorize(chat.chat_id, charlie.session_token)

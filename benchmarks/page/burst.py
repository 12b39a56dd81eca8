"""500 messages in ten seconds: whether the page stays fast, small and complete."""

import asyncio
import time
from typing import Any, NamedTuple

from playwright.async_api import Browser, Page, expect

from benchmarks.page.pages import call_probe, chat_page, memory_use, open_chat
from tests.support.api_client import Api
from tests.support.api_fixtures import Person, guest, new_story
from tests.support.load_clients import Connection

SPEAKERS = ("Bob", "Zoë 🎬", "محمد", "花子", "Ravi")
WORDS = (
    "he is straining spaghetti with a tennis racket 🎾🍝",
    "هاهاها هذا أفضل مشهد في الفيلم",
    "👏👏👏",
    "The recipe: https://example.org/popcorn (it burns)",
    "wait for it … " * 12,
)
TYPED = "what a scene "
KEY_INTERVAL = 0.12  # seconds
SETTLING = 1  # second, until the last frames are painted
WARM_UP = 120  # messages; more than the page shows, so that one-time costs are over

Crowd = list[tuple[Person, Connection]]
Times = dict[str, float]  # by message, ms since 1970


class Burst(NamedTuple):
    """What probe.js observed during the burst, and what the page held before and after."""

    seconds: float  # until all were posted
    probe: dict[str, Any]
    delivery: list[float]  # ms from each post until the message was on the screen
    before: dict[str, int]
    after: dict[str, int]


async def measure(
    browser: Browser, url: str, messages: int, seconds: float, slowdown: float
) -> Burst:
    """Let several people post while Alice types into her page, which shows their messages."""
    async with Api(url) as api:
        story = await new_story(api)
        guests = [await guest(api, name, story.chat_id, story.magic_key) for name in SPEAKERS[1:]]
        crowd = [(person, await Connection.to(url)) for person in (story.bob, *guests)]
        async with chat_page(browser, story.alice, slowdown) as (page, chrome):
            await open_chat(page, story.alice)
            await post_and_wait(page, crowd, "warm-up", WARM_UP, WARM_UP / messages * seconds)
            before = await memory_use(chrome)
            await call_probe(page, "watch")
            typing = asyncio.create_task(keep_typing(page))
            began = time.perf_counter()
            sent = await post_and_wait(page, crowd, "burst", messages, seconds)
            duration = time.perf_counter() - began
            typing.cancel()
            await asyncio.sleep(SETTLING)
            observed = await call_probe(page, "watched.end")
            shown = await call_probe(page, "shown")
            await call_probe(page, "forget")
            return Burst(duration, observed, delays(sent, shown), before, await memory_use(chrome))


async def post_and_wait(
    page: Page, crowd: Crowd, label: str, messages: int, seconds: float
) -> Times:
    """Post, and wait until the page shows the last message."""
    sent = await post(crowd, label, messages, seconds)
    await expect(page.locator("#log li").last).to_contain_text(f"{label} {messages - 1}:")
    return sent


async def post(crowd: Crowd, label: str, messages: int, seconds: float) -> Times:
    """Post at an even pace, person after person; return when each was sent, in ms since 1970."""
    sent: Times = {}
    began = time.monotonic()
    locks = [asyncio.Lock() for _ in crowd]

    async def say(number: int) -> None:
        (person, connection), lock = crowd[number % len(crowd)], locks[number % len(crowd)]
        body = f"{label} {number}: {WORDS[number % len(WORDS)]}".strip()
        async with lock:
            sent[body] = time.time() * 1000
            (await connection.post(person.path, person.session_token, body)).ok()

    async with asyncio.TaskGroup() as tasks:
        for number in range(messages):
            await asyncio.sleep(max(0, began + number * seconds / messages - time.monotonic()))
            tasks.create_task(say(number))
    return sent


async def keep_typing(page: Page) -> None:
    """Type into the message box and clear it, again and again, until cancelled."""
    box = page.get_by_role("textbox", name="Message", exact=True)
    while True:
        await box.press_sequentially(TYPED, delay=KEY_INTERVAL * 1000)
        await box.fill("")


def delays(sent: Times, shown: Times) -> list[float]:
    """Return the ms until each message was shown, without those that never were."""
    return [shown[body] - at for body, at in sent.items() if body in shown]

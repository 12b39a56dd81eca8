"""500 messages in ten seconds: does the page stay quick, small and complete?"""

import asyncio
import time
from typing import Any, NamedTuple

from playwright.async_api import Browser, Page, expect

from benchmarks.page.pages import enter, page_of, probed, weight
from tests.support.api_client import Api
from tests.support.api_fixtures import Person, guest, new_story
from tests.support.load_clients import Line

SPEAKERS = ("Bob", "Zoë 🎬", "محمد", "花子", "Ravi")
WORDS = (
    "he is straining spaghetti with a tennis racket 🎾🍝",
    "هاهاها هذا أفضل مشهد في الفيلم",
    "👏👏👏",
    "The recipe: https://example.org/popcorn (it burns)",
    "wait for it … " * 12,
)
TYPED = "what a scene "
PACE = 0.12  # seconds between two keys
SETTLING = 1  # second, in which the last frames are made
WARM_UP = 120  # messages; whatever is made once has been made then

Crowd = list[tuple[Person, Line]]
Times = dict[str, float]  # by message, ms since 1970


class Burst(NamedTuple):
    """What a page did meanwhile, as probe.js saw it, and what it held before and after."""

    seconds: float  # that the posting took
    probe: dict[str, Any]
    delivery: list[float]  # ms from each post until it was on the screen
    before: dict[str, int]
    after: dict[str, int]


async def measure(
    browser: Browser, url: str, messages: int, seconds: float, slower: float
) -> Burst:
    """Let several people post so many messages while Alice's page shows them and she types."""
    async with Api(url) as api:
        story = await new_story(api)
        more = [await guest(api, name, story.chat_id, story.magic_key) for name in SPEAKERS[1:]]
        crowd = [(person, await Line.to(url)) for person in (story.bob, *more)]
        async with page_of(browser, story.alice, slower) as (page, chrome):
            await enter(page, story.alice)
            await rush(page, crowd, "warm-up", WARM_UP, WARM_UP / messages * seconds)
            before = await weight(chrome)
            await probed(page, "watch")
            typing = asyncio.create_task(types(page))
            began = time.perf_counter()
            sent = await rush(page, crowd, "burst", messages, seconds)
            took = time.perf_counter() - began
            typing.cancel()
            await asyncio.sleep(SETTLING)
            seen, shown = await page.evaluate("probe.watched.end()"), await probed(page, "shown")
            await probed(page, "forget")
            return Burst(took, seen, delays(sent, shown), before, await weight(chrome))


async def rush(page: Page, crowd: Crowd, what: str, messages: int, seconds: float) -> Times:
    """Post, and return when the page shows the last one."""
    sent = await post(crowd, what, messages, seconds)
    await expect(page.locator("#log li").last).to_contain_text(f"{what} {messages - 1}:")
    return sent


async def post(crowd: Crowd, what: str, messages: int, seconds: float) -> Times:
    """Post evenly, each in turn; return when each was sent, in ms since 1970."""
    sent: Times = {}
    began = time.monotonic()
    turns = [asyncio.Lock() for _ in crowd]

    async def say(number: int) -> None:
        (person, line), turn = crowd[number % len(crowd)], turns[number % len(crowd)]
        body = f"{what} {number}: {WORDS[number % len(WORDS)]}".strip()
        async with turn:
            sent[body] = time.time() * 1000
            (await line.post(person.path, person.session_token, body)).ok()

    async with asyncio.TaskGroup() as tasks:
        for number in range(messages):
            await asyncio.sleep(max(0, began + number * seconds / messages - time.monotonic()))
            tasks.create_task(say(number))
    return sent


async def types(page: Page) -> None:
    """Type into the message box, and take it back, until cancelled."""
    box = page.get_by_role("textbox", name="Message", exact=True)
    while True:
        await box.press_sequentially(TYPED, delay=PACE * 1000)
        await box.fill("")


def delays(sent: Times, shown: Times) -> list[float]:
    """Return how long each message took that was shown at all."""
    return [shown[body] - at for body, at in sent.items() if body in shown]

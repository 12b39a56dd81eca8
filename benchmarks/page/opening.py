"""Somebody opens the chat in a browser that was never here: until the window is on the screen."""

from typing import NamedTuple

from playwright.async_api import Browser, Page

from benchmarks.page.burst import WORDS
from benchmarks.page.pages import page_of, probed
from tests.support.api_client import Api
from tests.support.api_fixtures import Person, new_story

WINDOW = 30

FILES = "performance.getEntriesByType('resource').length"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


class Opening(NamedTuple):
    """What it took, each time, in ms from the start of the navigation."""

    shown: list[float]  # until the newest message is on the screen
    first: list[float]  # until anything is
    long_tasks: list[float]
    files: int


async def measure(browser: Browser, url: str, times: int, slower: float) -> Opening:
    """Open a full chat so many times, each in a fresh profile."""
    took = Opening([], [], [], 0)
    async with Api(url) as api:
        story = await new_story(api)
        for number in range(WINDOW):
            person = story.alice if number % 3 else story.bob
            last = await person.say(f"Message {number}: {WORDS[number % len(WORDS)].strip()}")
        for _ in range(times):
            async with page_of(browser, story.bob, slower) as (page, _):
                took = await opened(page, story.bob, last["body"], took)
    return took


async def opened(page: Page, person: Person, last: str, took: Opening) -> Opening:
    """Open it once."""
    await page.goto(f"{person.api.url}/chat/{person.chat_id}", wait_until="commit")
    _, shown = await probed(page, "painted", last)
    took.shown.append(shown - await page.evaluate("performance.timeOrigin"))
    took.first.append(await page.evaluate(PAINT))
    took.long_tasks.extend(await page.evaluate("probe.longTasks"))
    return took._replace(files=await page.evaluate(FILES))

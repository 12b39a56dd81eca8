"""The time to open a full chat in a fresh browser profile, until all its messages are shown."""

from typing import NamedTuple

from playwright.async_api import Browser, Page

from benchmarks.page.burst import WORDS
from benchmarks.page.pages import call_probe, chat_page
from tests.support.api_client import Api
from tests.support.api_fixtures import Person, new_story

WINDOW = 30  # messages that a chat keeps

FILES = "performance.getEntriesByType('resource').length"
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


class Opening(NamedTuple):
    """The times of all openings, in ms from the start of the navigation."""

    shown: list[float]  # until the newest message is on the screen
    first: list[float]  # until the first contentful paint
    long_tasks: list[float]
    files: int


async def measure(browser: Browser, url: str, times: int, slowdown: float) -> Opening:
    """Open a full chat `times` times, each time in a fresh profile."""
    figures = Opening([], [], [], 0)
    async with Api(url) as api:
        story = await new_story(api)
        for number in range(WINDOW):
            person = story.alice if number % 3 else story.bob
            last = await person.say(f"Message {number}: {WORDS[number % len(WORDS)].strip()}")
        for _ in range(times):
            async with chat_page(browser, story.bob, slowdown) as (page, _):
                figures = await open_once(page, story.bob, last["body"], figures)
    return figures


async def open_once(page: Page, person: Person, last: str, figures: Opening) -> Opening:
    """Open the chat once, and add the times to `figures`."""
    await page.goto(f"{person.api.url}/chat/{person.chat_id}", wait_until="commit")
    _, shown = await call_probe(page, "painted", last)
    figures.shown.append(shown - await page.evaluate("performance.timeOrigin"))
    figures.first.append(await page.evaluate(PAINT))
    figures.long_tasks.extend(await page.evaluate("probe.longTasks"))
    return figures._replace(files=await page.evaluate(FILES))

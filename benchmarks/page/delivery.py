"""From pressing Send in one browser to the message on the screen of another.

Each message on the pages is followed by one without a browser, in another chat of the same
server: sent by one raw client, and awaited by another one in a held poll.
"""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import NamedTuple

from playwright.async_api import Browser, Page

from benchmarks.page.pages import enter, page_of, probed
from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.load_clients import Line

BREATH = 0.15  # seconds in which everybody waits again
WARM_UP = 10  # messages that do not count
HOLD = 25  # seconds


class Delivery(NamedTuple):
    """How long each message took, in ms."""

    shown: list[float]  # on the screen, as Element Timing tells
    frame: list[float]  # the frame is made: a task after its requestAnimationFrame
    poll: list[float]  # no browser: POST sent until the held poll is answered


async def measure(browser: Browser, url: str, messages: int, slower: float) -> Delivery:
    """Say so many things, one after the other."""
    took = Delivery([], [], [])
    async with Api(url) as api, AsyncExitStack() as stack:
        story, other = await new_story(api), await new_story(api)
        alice, _ = await stack.enter_async_context(page_of(browser, story.alice, slower))
        bob, _ = await stack.enter_async_context(page_of(browser, story.bob, slower))
        await enter(alice, story.alice)
        await enter(bob, story.bob)
        lines = await Line.to(url), await Line.to(url)
        for number in range(-WARM_UP, messages):
            shown, frame = await on_the_pages(alice, bob, f"Message {number}")
            poll = await without_pages(other, *lines)
            if number >= 0:
                for times, value in zip(took, (shown, frame, poll), strict=True):
                    times.append(value)
        for line in lines:
            line.hang_up()
    return took


async def on_the_pages(alice: Page, bob: Page, body: str) -> tuple[float, float]:
    """Press Send on one page; return when the other had it on the screen, and its frame made."""
    await alice.get_by_role("textbox", name="Message", exact=True).fill(body)
    await asyncio.sleep(BREATH)
    painted = asyncio.create_task(probed(bob, "painted", body))
    await alice.get_by_role("button", name="Send").click()
    frame, shown = await painted
    pressed = await alice.evaluate("probe.pressed")
    return shown - pressed, frame - pressed


async def without_pages(story: Story, sends: Line, waits: Line) -> float:
    """Return the ms from Alice's post until Bob's held poll was answered."""
    alice, bob = story.alice, story.bob
    since = (await waits.get(bob.path, bob.session_token)).ok()["last_id"]
    waits.ask(bob.path, bob.session_token, since=since, wait=HOLD)
    await asyncio.sleep(BREATH)
    began = time.perf_counter()
    sends.send_message(alice.path, alice.session_token, "Message")
    (await waits.answer()).ok()
    took = time.perf_counter() - began
    (await sends.answer()).ok()
    return took * 1000

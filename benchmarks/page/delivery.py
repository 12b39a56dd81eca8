"""The time from pressing Send in one browser to the message on the screen of another.

After each message on the pages, one is sent without a browser, in another chat on the same server:
one bare HTTP client posts it, and another receives it in a held poll.
"""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import NamedTuple

from playwright.async_api import Browser, Page

from benchmarks.page.pages import call_probe, chat_page, open_chat
from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.load_clients import Connection

SETTLING = 0.15  # seconds until the polls are held again
WARM_UP = 10  # messages, not measured
HOLD = 25  # seconds


class Delivery(NamedTuple):
    """The times of all messages, in ms."""

    shown: list[float]  # until it is on the screen, by Element Timing
    frame: list[float]  # until its frame is rendered: the task after its requestAnimationFrame
    poll: list[float]  # without a browser: from the POST to the answer of the held poll


async def measure(browser: Browser, url: str, messages: int, slowdown: float) -> Delivery:
    """Send messages one after another, and time each."""
    figures = Delivery([], [], [])
    async with Api(url) as api, AsyncExitStack() as stack:
        story, other = await new_story(api), await new_story(api)
        alice, _ = await stack.enter_async_context(chat_page(browser, story.alice, slowdown))
        bob, _ = await stack.enter_async_context(chat_page(browser, story.bob, slowdown))
        await open_chat(alice, story.alice)
        await open_chat(bob, story.bob)
        connections = await Connection.to(url), await Connection.to(url)
        for number in range(-WARM_UP, messages):
            shown, frame = await on_the_pages(alice, bob, f"Message {number}")
            poll = await without_pages(other, *connections)
            if number >= 0:
                for times, value in zip(figures, (shown, frame, poll), strict=True):
                    times.append(value)
        for connection in connections:
            connection.hang_up()
    return figures


async def on_the_pages(alice: Page, bob: Page, body: str) -> tuple[float, float]:
    """Press Send on one page.

    Return the ms until the other page shows the message, and until it has rendered the frame.
    """
    await alice.get_by_role("textbox", name="Message", exact=True).fill(body)
    await asyncio.sleep(SETTLING)
    painted = asyncio.create_task(call_probe(bob, "painted", body))
    await alice.get_by_role("button", name="Send").click()
    frame, shown = await painted
    pressed = await alice.evaluate("probe.pressed")
    return shown - pressed, frame - pressed


async def without_pages(story: Story, sender: Connection, receiver: Connection) -> float:
    """Post as Alice; return the ms until Bob's held poll was answered."""
    alice, bob = story.alice, story.bob
    since = (await receiver.get(bob.path, bob.session_token)).ok()["last_id"]
    receiver.ask(bob.path, bob.session_token, since=since, wait=HOLD)
    await asyncio.sleep(SETTLING)
    began = time.perf_counter()
    sender.send_message(alice.path, alice.session_token, "Message")
    (await receiver.answer()).ok()
    seconds = time.perf_counter() - began
    (await sender.answer()).ok()
    return seconds * 1000

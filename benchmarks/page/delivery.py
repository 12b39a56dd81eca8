"""From pressing Send in one browser to the message on the screen of another.

Each message on the pages is followed by one without a browser, in another chat of the same
server: sent by one raw client, and awaited by another one in a held poll.
"""

import asyncio
import time
from typing import NamedTuple

from playwright.async_api import Browser, Page

from benchmarks.page.pages import enter, page_of, probed
from benchmarks.page.wire import Wire
from tests.client import Api
from tests.people import Story, tell

BREATH = 0.15  # seconds in which everybody waits again
WARM_UP = 10  # messages that do not count
HOLD = 25  # seconds


class Delivery(NamedTuple):
    """How long each message took, in ms."""

    shown: list[float]  # on the screen, as Element Timing tells
    frame: list[float]  # the frame is made: a task after its requestAnimationFrame
    poll: list[float]  # no browser: POST sent until GET answered
    shared_poll: list[float]  # no browser: POST sent until POST /poll, as the page asks, answered


async def measure(browser: Browser, url: str, messages: int) -> Delivery:
    """Say so many things, one after the other."""
    took = Delivery([], [], [], [])
    async with Api(url) as api:
        story, other = await tell(api), await tell(api)
        async with (
            page_of(browser, story.alice) as (alice, _),
            page_of(browser, story.bob) as (
                bob,
                _,
            ),
        ):
            await enter(alice, story.alice)
            await enter(bob, story.bob)
            bare = await Bare.between(other)
            for number in range(-WARM_UP, messages):
                shown, frame = await on_the_pages(alice, bob, f"Message {number}")
                poll, shared = await bare.says("GET"), await bare.says("POST")
                if number >= 0:
                    for times, value in zip(took, (shown, frame, poll, shared), strict=True):
                        times.append(value)
            bare.leave()
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


class Bare:
    """A chat without browsers."""

    def __init__(self, story: Story, post: Wire, poll: Wire) -> None:
        self._story, self._post, self._poll = story, post, poll
        self._since = 0

    @classmethod
    async def between(cls, story: Story) -> "Bare":
        """Let Alice and Bob be connected."""
        url = story.alice.api.url
        return cls(story, await Wire.to(url), await Wire.to(url))

    async def says(self, way: str) -> float:
        """Return the ms from Alice's post until Bob's poll has answered."""
        held = asyncio.create_task(self._wait(way))
        await asyncio.sleep(BREATH)
        alice = self._story.alice
        began = time.perf_counter()
        post = asyncio.create_task(
            self._post.ask("POST", alice.path, alice.session_token, {"body": "Message"})
        )
        ended = await held
        self._since = (await post)["id"]
        return (ended - began) * 1000

    async def _wait(self, way: str) -> float:
        bob, since = self._story.bob, self._since
        token = bob.session_token
        if way == "GET":
            await self._poll.ask("GET", f"{bob.path}?since={since}&wait={HOLD}", token)
        else:
            chats = {f"{bob.chat_id}": {"token": token, "since": since}}
            await self._poll.ask("POST", "/poll", token, {"wait": HOLD, "chats": chats})
        return time.perf_counter()

    def leave(self) -> None:
        """Hang up."""
        self._post.close()
        self._poll.close()

"""Somebody follows an invitation on a bad line, in a browser that was never here."""

import statistics
from typing import Any, NamedTuple

from playwright.async_api import Browser, CDPSession, Page

from benchmarks.page.pages import PHONE
from tests.support.api_client import Api
from tests.support.api_fixtures import new_story

ROUND_TRIP = 400  # ms
RATE = 400_000 / 8  # bytes per second, each way
LINE = {
    "offline": False,
    "latency": ROUND_TRIP,
    "downloadThroughput": RATE,
    "uploadThroughput": RATE,
}

USABLE_MAX = 2.5  # seconds until a person can type their name
REQUESTS_MAX = 15

ENCODINGS = ("gzip", "identity")  # what the browser accepts

# The form is shown when it works: its page's modules have run by then.
USABLE = "() => document.querySelector('#invitation:not([hidden]) #name') && performance.now()"


class Invited(NamedTuple):
    """What it took until the name could be typed."""

    seconds: float
    requests: int
    bytes: int  # with their headers


async def measure(browser: Browser, url: str, times: int, encoding: str) -> Invited:
    """Return the medians of so many visits, each in a fresh profile."""
    async with Api(url) as api:
        story = await new_story(api)
        visits = [await visit(browser, story.magic_link, encoding) for _ in range(times)]
    seconds, requests, sizes = zip(*visits, strict=True)
    return Invited(*map(statistics.median, (seconds, requests, sizes)))


async def visit(browser: Browser, link: str, encoding: str) -> Invited:
    """Follow the link once."""
    accepts = {"Accept-Encoding": encoding}
    context = await browser.new_context(viewport=PHONE, extra_http_headers=accepts)
    page = await context.new_page()
    chrome = await context.new_cdp_session(page)
    wire = await Wire.watch(chrome)
    usable = await opened(page, link)
    await page.wait_for_load_state("networkidle")
    await context.close()
    return Invited(usable, *wire.until(usable))


async def opened(page: Page, link: str) -> float:
    """Return the seconds from the start of the navigation until the form works."""
    await page.goto(link, wait_until="commit")
    shown = await page.wait_for_function(USABLE)
    return float(await shown.json_value()) / 1000


class Wire:
    """What passes on the line of a page; times are in seconds of a monotonic clock."""

    def __init__(self) -> None:
        """Nothing has passed."""
        self._began: list[float] = []
        self._answers: list[tuple[float, int]] = []  # when the last byte came, and how many did

    @classmethod
    async def watch(cls, chrome: CDPSession) -> "Wire":
        """Make the line a bad one, and watch it."""
        wire = cls()
        chrome.on("Network.requestWillBeSent", wire._begin)
        chrome.on("Network.loadingFinished", wire._end)
        await chrome.send("Network.enable")
        await chrome.send("Network.emulateNetworkConditions", LINE)
        return wire

    def until(self, seconds: float) -> tuple[int, int]:
        """Return the number and the bytes of the answers that came within so many seconds.

        What the page only asks for by then, to have it when somebody joins, is not among them.
        """
        end = min(self._began) + seconds
        sizes = [size for at, size in self._answers if at < end]
        return len(sizes), sum(sizes)

    def _begin(self, event: dict[str, Any]) -> None:
        self._began.append(event["timestamp"])

    def _end(self, event: dict[str, Any]) -> None:
        self._answers.append((event["timestamp"], event["encodedDataLength"]))

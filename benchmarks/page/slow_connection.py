"""The time to follow an invitation on a slow connection, in a fresh browser profile."""

import statistics
from typing import Any, NamedTuple

from playwright.async_api import Browser, CDPSession, Page

from benchmarks.page.pages import PHONE
from tests.support.api_client import Api
from tests.support.api_fixtures import new_story

ROUND_TRIP = 400  # ms
RATE = 400_000 / 8  # bytes per second, each way
SLOW = {
    "offline": False,
    "latency": ROUND_TRIP,
    "downloadThroughput": RATE,
    "uploadThroughput": RATE,
}

USABLE_MAX = 2.5  # seconds until the name can be typed
REQUESTS_MAX = 15

ENCODINGS = ("gzip", "identity")  # that the browser accepts

# The page shows the form once its modules have run, so a visible form works.
USABLE = "() => document.querySelector('#invitation:not([hidden]) #name') && performance.now()"


class Invited(NamedTuple):
    """What the page needed until the name could be typed."""

    seconds: float
    requests: int
    bytes: int  # with their headers


async def measure(browser: Browser, url: str, times: int, encoding: str) -> Invited:
    """Return the medians of several visits, each in a fresh profile."""
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
    log = await NetworkLog.watch(chrome)
    seconds = await usable_after(page, link)
    await page.wait_for_load_state("networkidle")
    await context.close()
    return Invited(seconds, *log.until(seconds))


async def usable_after(page: Page, link: str) -> float:
    """Open the page; return the seconds from the start of the navigation until the form works."""
    await page.goto(link, wait_until="commit")
    shown = await page.wait_for_function(USABLE)
    return float(await shown.json_value()) / 1000


class NetworkLog:
    """The requests and answers of a page; times are in seconds of a monotonic clock."""

    def __init__(self) -> None:
        """Start without any requests."""
        self._started_at: list[float] = []
        self._answers: list[tuple[float, int]] = []  # when the last byte arrived, and the size

    @classmethod
    async def watch(cls, chrome: CDPSession) -> "NetworkLog":
        """Slow the connection of a page down, and log its traffic."""
        log = cls()
        chrome.on("Network.requestWillBeSent", log._begin)
        chrome.on("Network.loadingFinished", log._end)
        await chrome.send("Network.enable")
        await chrome.send("Network.emulateNetworkConditions", SLOW)
        return log

    def until(self, seconds: float) -> tuple[int, int]:
        """Return the number and the bytes of the answers that arrived within this time.

        This leaves out what the page preloads for the room, which arrives later.
        """
        end = min(self._started_at) + seconds
        sizes = [size for at, size in self._answers if at < end]
        return len(sizes), sum(sizes)

    def _begin(self, event: dict[str, Any]) -> None:
        self._started_at.append(event["timestamp"])

    def _end(self, event: dict[str, Any]) -> None:
        self._answers.append((event["timestamp"], event["encodedDataLength"]))

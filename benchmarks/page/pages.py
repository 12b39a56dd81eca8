"""Pages with a probe in them, and what Chromium itself tells of them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, ViewportSize, expect

from tests.support.api_fixtures import Person

PROBE = Path(__file__).with_name("probe.js")
DESK: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
SKEW_MAX = 5  # ms between a page's stopwatch and the clock on the wall, which all share

SKEW = "Math.abs(performance.timeOrigin + performance.now() - Date.now())"


@asynccontextmanager
async def page_of(
    browser: Browser, person: Person, slower: float = 1
) -> AsyncIterator[tuple[Page, CDPSession]]:
    """A fresh profile that knows its owner, not at the chat yet; `slower` makes it a phone."""
    context = await browser.new_context(viewport=PHONE if slower > 1 else DESK)
    seat = json.dumps({"session_token": person.session_token, "username": person.name})
    chat = f"watchparty:chat:{person.chat_id}"
    remember = f"localStorage.setItem('{chat}', {json.dumps(seat)})"
    await context.add_init_script(f"if (location.protocol == 'http:') {remember}")
    await context.add_init_script(path=PROBE)
    page = await context.new_page()
    chrome = await context.new_cdp_session(page)
    await chrome.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    yield page, chrome
    await context.close()


async def enter(page: Page, person: Person) -> None:
    """Open the chat and be connected."""
    await page.goto(f"{person.api.url}/chat/{person.chat_id}")
    await expect(page.get_by_role("status", name="Connection")).to_have_text("Connected")
    assert await page.evaluate(SKEW) < SKEW_MAX, "times of different pages can't be compared"


async def weight(chrome: CDPSession) -> dict[str, int]:
    """Return what the page holds when all that can be freed is freed."""
    for _ in range(2):  # what only garbage held is garbage then
        await chrome.send("HeapProfiler.collectGarbage")
    heap = await chrome.send("Runtime.getHeapUsage")
    counted: dict[str, int] = await chrome.send("Memory.getDOMCounters")
    return {
        "heap_kb": round(heap["usedSize"] / 1024),
        "nodes": counted["nodes"],
        "listeners": counted["jsEventListeners"],
    }


async def probed(page: Page, what: str, *args: Any) -> Any:
    """Ask the probe of a page."""
    return await page.evaluate(f"args => probe.{what}(...args)", list(args))

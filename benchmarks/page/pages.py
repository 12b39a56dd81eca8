"""Open pages with probe.js in them, and read what the probe and Chromium know of them."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, ViewportSize, expect

from tests.support.api_fixtures import Person

PROBE = Path(__file__).with_name("probe.js")
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
SKEW_MAX = 5  # ms between a page's monotonic clock and the system's

SKEW = "Math.abs(performance.timeOrigin + performance.now() - Date.now())"


@asynccontextmanager
async def chat_page(
    browser: Browser, person: Person, slowdown: float = 1
) -> AsyncIterator[tuple[Page, CDPSession]]:
    """Yield a blank page in a profile with the person's session; `slowdown` makes it a phone."""
    context = await browser.new_context(viewport=PHONE if slowdown > 1 else DESKTOP)
    session = json.dumps({"session_token": person.session_token, "username": person.name})
    chat = f"watchparty:chat:{person.chat_id}"
    remember = f"localStorage.setItem('{chat}', {json.dumps(session)})"
    await context.add_init_script(f"if (location.protocol == 'http:') {remember}")
    await context.add_init_script(path=PROBE)
    page = await context.new_page()
    chrome = await context.new_cdp_session(page)
    await chrome.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
    yield page, chrome
    await context.close()


async def open_chat(page: Page, person: Person) -> None:
    """Open the chat, and wait until the page is connected."""
    await page.goto(f"{person.api.url}/chat/{person.chat_id}")
    await expect(page.get_by_role("status", name="Connection")).to_have_text("Connected")
    assert await page.evaluate(SKEW) < SKEW_MAX, "times of different pages can't be compared"


async def memory_use(chrome: CDPSession) -> dict[str, int]:
    """Collect garbage, and return the memory, DOM nodes and listeners that the page holds."""
    for _ in range(2):  # objects that only garbage referred to are collected the second time
        await chrome.send("HeapProfiler.collectGarbage")
    heap = await chrome.send("Runtime.getHeapUsage")
    counted: dict[str, int] = await chrome.send("Memory.getDOMCounters")
    return {
        "heap_kb": round(heap["usedSize"] / 1024),
        "nodes": counted["nodes"],
        "listeners": counted["jsEventListeners"],
    }


async def call_probe(page: Page, function: str, *args: Any) -> Any:
    """Call a function of the probe in a page."""
    return await page.evaluate(f"args => probe.{function}(...args)", list(args))

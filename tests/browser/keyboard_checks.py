"""Checks that controls can be reached with keys and have names."""

import re

from playwright.async_api import Locator, Page

STOPS = 16  # presses of Tab after which a control counts as unreachable
# A control without a "name" after its role, in Playwright's aria snapshot.
NAMELESS = re.compile(r"^\s*- (?:button|textbox|link|log)(?: \[.*\])*:?$", re.MULTILINE)
FOCUS_SHOWS = """() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return document.activeElement.matches(':focus-visible')
        && outlineStyle != 'none' && parseFloat(outlineWidth) >= 2;
}"""


async def tabs_to(page: Page, goal: Locator) -> None:
    """Press Tab until the goal has the focus; every stop must show a focus ring."""
    await goal.wait_for()
    for _ in range(STOPS):
        if await goal.evaluate("it => it == document.activeElement"):
            return
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement != document.body"):
            assert await page.evaluate(FOCUS_SHOWS)
    raise AssertionError(f"{goal} cannot be reached with Tab")


async def names_everything(page: Page) -> None:
    snapshot = await page.locator("body").aria_snapshot()
    assert NAMELESS.findall(snapshot) == [], snapshot

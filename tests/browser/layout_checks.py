"""Sizes of phone screens, and a check that the page fits them."""

from playwright.async_api import ViewportSize

from tests.browser.page_actions import Guest

SMALL: ViewportSize = {"width": 320, "height": 640}
PHONE: ViewportSize = {"width": 390, "height": 844}
TOUCH = 44  # px; the smallest target that a thumb hits reliably (WCAG 2.5.5)

# Visible elements that are partly outside the window, except drawings and names cut by "…".
SPILLS = """() => [...document.body.querySelectorAll('*:not(svg *)')].filter(element => {
    const { left, right, width, height } = element.getBoundingClientRect();
    return width && height && element.checkVisibility()
        && getComputedStyle(element.parentElement).textOverflow != 'ellipsis'
        && (left < -0.5 || right > innerWidth + 0.5);
}).map(element => `${element.tagName}.${element.className}`)"""
# Boxes whose content is wider than the box.
SIDEWAYS = """() => [document.documentElement]
    .concat(...document.querySelectorAll('[role=log], main, li *'))
    .filter(element => element.scrollWidth > element.clientWidth).map(element => element.tagName)"""


async def fits(guest: Guest) -> None:
    assert await guest.page.evaluate(SIDEWAYS) == []
    assert await guest.page.evaluate(SPILLS) == []

"""The panel behind the line of names: who is here, and what one may do about it."""

from playwright.async_api import Locator, expect

from tests.browser.page_actions import Guest


def people(guest: Guest) -> Locator:
    """The line in the bar that says who is here."""
    return guest.button("People: ")


def panel(guest: Guest) -> Locator:
    return guest.page.get_by_role("dialog", name="Who’s here")


def member(guest: Guest, name: str) -> Locator:
    """Somebody's row in the panel."""
    return panel(guest).get_by_role("listitem").filter(has_text=name)


async def opens_panel(guest: Guest) -> Locator:
    await people(guest).click()
    await expect(panel(guest)).to_be_visible()
    return panel(guest)


async def sure(within: Locator, press: str, yes: str) -> None:
    """Press a button that asks, and say yes."""
    await within.get_by_role("button", name=press).click()
    await within.get_by_role("group").get_by_role("button", name=yes, exact=True).click()

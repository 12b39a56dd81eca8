"""The people panel, which opens with a press on the names in the bar."""

from playwright.async_api import Locator, expect

from tests.browser.page_actions import Guest


def people(guest: Guest) -> Locator:
    """The button in the bar that shows the names."""
    return guest.button("People: ")


def panel(guest: Guest) -> Locator:
    return guest.page.get_by_role("dialog", name="Who’s here")


def member(guest: Guest, name: str) -> Locator:
    """The row of one member in the panel."""
    return panel(guest).get_by_role("listitem").filter(has_text=name)


async def opens_panel(guest: Guest) -> Locator:
    await people(guest).click()
    await expect(panel(guest)).to_be_visible()
    return panel(guest)


async def presses_and_confirms(within: Locator, press: str, yes: str) -> None:
    """Press a button that asks for confirmation, and confirm."""
    await within.get_by_role("button", name=press).click()
    await within.get_by_role("group").get_by_role("button", name=yes, exact=True).click()

"""The people panel is usable by keyboard, fits a phone, is legible and is loaded on demand."""

import pytest
from playwright.async_api import ViewportSize, expect

from tests.browser.conftest import Arrival, enters_chat
from tests.browser.contrast_checks import TOO_FAINT, Scheme, light_and_dark
from tests.browser.keyboard_checks import names_everything, tabs_to
from tests.browser.layout_checks import PHONE, SMALL, TOUCH, fits
from tests.browser.page_actions import Guest
from tests.browser.people_panel import opens_panel, panel, people
from tests.support.api_client import Api
from tests.support.api_fixtures import Story, guest


async def test_the_panel_can_be_used_without_a_mouse(alice: Guest) -> None:
    keys, dialog = alice.page.keyboard, panel(alice)
    await tabs_to(alice.page, people(alice))
    await keys.press("Enter")
    await expect(alice.page.get_by_role("heading", name="Who’s here")).to_be_focused()
    await names_everything(alice.page)
    await tabs_to(alice.page, dialog.get_by_role("button", name="Make co-host: Bob"))
    await keys.press("Enter")
    await expect(dialog.get_by_role("status")).to_contain_text("Bob is a co-host now.")
    await expect(dialog.get_by_role("button", name="Make guest: Bob")).to_be_focused()
    await tabs_to(alice.page, dialog.get_by_role("button", name="Leave"))
    await keys.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(people(alice)).to_be_focused()


@pytest.mark.parametrize("size", [SMALL, PHONE], ids=["small", "phone"])
async def test_the_panel_fits_a_phone(
    arrive: Arrival, api: Api, story: Story, size: ViewportSize
) -> None:
    await guest(api, "W" * 32, story.chat_id, story.magic_key)
    token = story.alice.session_token
    topic = {"topic": "W" * 100}
    await api.call("PUT", f"{story.alice.path}/topic", token, json=topic)
    alice = await enters_chat(await arrive("Alice", viewport=size), story.alice)
    await fits(alice)
    dialog = await opens_panel(alice)
    await dialog.get_by_role("button", name="Remove W").click()
    await dialog.get_by_role("button", name="Burn the chat").click()
    await fits(alice)
    assert await dialog.evaluate("it => it.scrollWidth <= it.clientWidth")
    for button in await dialog.get_by_role("button").all():
        box = await button.bounding_box()
        assert box is not None
        assert box["height"] >= TOUCH


async def test_guests_read_the_whole_topic(arrive: Arrival, api: Api, story: Story) -> None:
    topic = "Notorious (1946), and after the break whatever gets the most votes in here"
    bob = await enters_chat(await arrive("Bob", viewport=SMALL), story.bob)
    dialog = await opens_panel(bob)
    path, token = f"{story.alice.path}/topic", story.alice.session_token
    await api.call("PUT", path, token, json={"topic": topic})
    shown = dialog.get_by_text(topic)
    await expect(shown).to_be_visible()
    assert await shown.evaluate("it => it.scrollWidth <= it.clientWidth")
    await fits(bob)


@light_and_dark
async def test_the_panel_can_be_read(arrive: Arrival, story: Story, scheme: Scheme) -> None:
    alice = await enters_chat(
        await arrive("Alice", color_scheme=scheme, reduced_motion="reduce"), story.alice
    )
    dialog = await opens_panel(alice)
    await dialog.get_by_role("button", name="Remove Bob").click()
    await expect(dialog.get_by_role("button", name="Cancel")).to_be_visible()
    assert await alice.page.evaluate(TOO_FAINT) == []
    assert "Remove" in await alice.page.evaluate("window.wordsSeen")


async def test_the_panel_is_not_loaded_before_the_first_tap(arrive: Arrival, story: Story) -> None:
    alice = await enters_chat(await arrive("Alice", has_touch=True, is_mobile=True), story.alice)
    await story.bob.say("Just reading")
    await alice.sees("Just reading")
    assert not any("/js/host/" in request.url for request in alice.monitor.requests)
    await people(alice).tap()
    await expect(panel(alice)).to_be_visible()

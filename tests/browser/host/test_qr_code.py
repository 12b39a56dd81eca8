"""A camera can read the QR code on the screen."""

import base64
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import Arrival, enters_chat
from tests.browser.contrast_checks import TOO_FAINT, Scheme, light_and_dark
from tests.browser.keyboard_checks import names_everything, tabs_to
from tests.browser.layout_checks import SMALL, TOUCH, fits
from tests.browser.page_actions import Guest
from tests.browser.page_errors import REFUSED
from tests.browser.people_panel import opens_panel
from tests.pages.qr_scanner import read
from tests.support.api_client import Api
from tests.support.api_fixtures import Person, Story

# Convert a screenshot to shades of grey, one byte each, as base64.
GREY = """async photograph => {
    const picture = await createImageBitmap(await (await fetch(photograph)).blob());
    const { width, height } = picture;
    const paint = new OffscreenCanvas(width, height).getContext('2d');
    paint.drawImage(picture, 0, 0);
    const { data } = paint.getImageData(0, 0, width, height);
    const grey = data.filter((_, at) => at % 4 == 0);
    return [btoa(Array.from(grey, shade => String.fromCharCode(shade)).join('')), width];
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def decoder_page(browser: Browser) -> AsyncIterator[Page]:
    """A blank page that decodes screenshots, free of the chat page's security policy."""
    page = await browser.new_page()
    yield page
    await page.close()


@light_and_dark
async def test_a_guest_shows_the_link_on_a_small_phone(
    arrive: Arrival, story: Story, decoder_page: Page, scheme: Scheme
) -> None:
    bob = await enters_chat(
        await arrive("Bob", viewport=SMALL, color_scheme=scheme, reduced_motion="reduce"), story.bob
    )
    await bob.button("Copy invite link").click()
    await bob.button("Show QR code").click()
    code = picture(bob, "invite link")
    await expect(code).to_be_in_viewport(ratio=1)
    assert await decoded(code, decoder_page) == story.magic_link
    await fits(bob)
    await names_everything(bob.page)
    assert await bob.page.evaluate(TOO_FAINT) == []
    close = dialog(bob, "Invite link").get_by_role("button", name="Close")
    box = await close.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= TOUCH
    await close.click()
    await expect(code).to_have_count(0)


async def test_a_host_shows_either_link(alice: Guest, story: Story, decoder_page: Page) -> None:
    links = await links_of(story.alice)
    panel = await opens_panel(alice)
    for role, name in (("viewer", "read-only link"), ("guest", "invite link")):
        await panel.get_by_role("button", name=f"Show QR code of the {name}").click()
        assert await decoded(picture(alice, name), decoder_page) == links[role]
        await alice.page.keyboard.press("Escape")
        await expect(picture(alice, name)).to_have_count(0)
        await expect(panel).to_be_visible()


async def test_the_qr_code_opens_and_closes_without_a_mouse(alice: Guest) -> None:
    keys, invite = alice.page.keyboard, alice.button("Copy invite link")
    await tabs_to(alice.page, invite)
    await keys.press("Enter")
    await tabs_to(alice.page, alice.button("Show QR code"))
    await keys.press("Enter")
    await expect(alice.page.get_by_role("heading", name="Invite link")).to_be_focused()
    await keys.press("Escape")
    await expect(dialog(alice, "Invite link")).to_have_count(0)
    await expect(alice.button("Show QR code")).to_have_count(0)
    await expect(invite).to_be_focused()


async def test_a_replaced_link_is_not_shown_any_more(
    alice: Guest, api: Api, story: Story, decoder_page: Page
) -> None:
    await alice.button("Copy invite link").click()
    await alice.button("Show QR code").click()
    await expect(picture(alice, "invite link")).to_be_visible()
    await api.post(f"{story.alice.path}/invite", story.alice.session_token)
    await expect(picture(alice, "invite link")).to_have_count(0)
    await alice.button("Copy invite link").click()
    await alice.button("Show QR code").click()
    link = (await links_of(story.alice))["guest"]
    assert link != story.magic_link
    assert await decoded(picture(alice, "invite link"), decoder_page) == link


async def test_a_qr_code_that_cannot_be_loaded_shows_an_error(alice: Guest) -> None:
    alice.monitor.expect_errors(REFUSED)
    refusal = {"error": "not_allowed", "message": "Not any more."}
    await alice.page.route("**/invite/qr?*", lambda route: route.fulfill(status=403, json=refusal))
    await alice.button("Copy invite link").click()
    await alice.button("Show QR code").click()
    await expect(alice.page.get_by_text("Not any more.")).to_be_visible()


async def test_a_qr_code_is_drawn_without_the_scripts_in_it(alice: Guest) -> None:
    evil = (
        '<svg viewBox="0 0 9 9" onload="alert(1)"><script>alert(2)</script>'
        '<path d="M1 1h1" onclick="alert(3)" stroke="#000"/>'
        '<a href="javascript:alert(4)"></a></svg>'
    )
    answer = {"role": "guest", "svg": evil}
    await alice.page.route("**/invite/qr?*", lambda route: route.fulfill(json=answer))
    await alice.button("Copy invite link").click()
    await alice.button("Show QR code").click()
    code = picture(alice, "invite link")
    await expect(code).to_have_attribute("viewBox", "0 0 9 9")
    assert await code.inner_html() == '<path d="M1 1h1" stroke="#000"></path>'
    assert await code.get_attribute("onload") is None


def dialog(guest: Guest, name: str) -> Locator:
    return guest.page.get_by_role("dialog", name=name)


def picture(guest: Guest, link: str) -> Locator:
    return guest.page.get_by_role("img", name=f"QR code of the {link}")


async def decoded(code: Locator, decoder_page: Page) -> str:
    """Take a screenshot of the code and decode it."""
    photograph = base64.b64encode(await code.screenshot(animations="disabled")).decode()
    grey, width = await decoder_page.evaluate(GREY, f"data:image/png;base64,{photograph}")
    return read(base64.b64decode(grey), width)


async def links_of(person: Person) -> dict[str, str]:
    answer = await person.api.get(f"{person.path}/invite", person.session_token)
    return {invite["role"]: invite["magic_link"] for invite in answer.ok()["invites"]}

"""All text on the page has enough contrast in the light and the dark scheme (WCAG 1.4.3)."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrival, enters_chat
from tests.browser.contrast_checks import TOO_FAINT, Scheme, light_and_dark
from tests.browser.message_posts import refuse_posts
from tests.browser.page_actions import Guest
from tests.browser.page_errors import UNREACHABLE
from tests.support.api_client import Api
from tests.support.api_fixtures import Story, guest
from tests.support.faulty_proxy import FaultyProxy


@light_and_dark
@pytest.mark.parametrize("path", ["/", "/username", "/chat/{}#{}"])
async def test_the_pages_before_the_chat_can_be_read(
    arrive: Arrival, story: Story, scheme: Scheme, path: str
) -> None:
    dora = await arrive("Dora", color_scheme=scheme, reduced_motion="reduce")
    await dora.opens(path.format(story.chat_id, story.magic_key))
    await expect(dora.name_box).to_be_visible()
    await dora.page.locator("form").get_by_role("button").click()
    await expect(dora.page.get_by_role("alert")).not_to_be_empty()
    assert await dora.page.evaluate(TOO_FAINT) == []


@light_and_dark
async def test_a_chat_with_eight_authors_can_be_read(
    arrive: Arrival, api: Api, story: Story, proxy: FaultyProxy, scheme: Scheme
) -> None:
    names = ["Dora", "Emil", "Fatima", "Goran", "Hana", "Ines"]
    people = [story.alice, story.bob]
    people += [await guest(api, name, story.chat_id, story.magic_key) for name in names]
    for person in people:
        await person.say(f"{person.name} says https://example.org/{person.name}")
    alice = await enters_chat(
        await arrive("Alice", color_scheme=scheme, reduced_motion="reduce"), story.alice
    )
    await expect(alice.messages).to_have_count(8)
    colours = await alice.log.locator("bdi").evaluate_all(
        "all => all.map(one => getComputedStyle(one).color)"
    )
    assert len(set(colours)) == 8
    await fails_to_send(alice)
    await alice.button("Copy invite link").click()
    await expect(alice.page.get_by_text("It works on this computer only")).to_be_visible()
    alice.monitor.expect_errors(UNREACHABLE)
    proxy.cut()
    await expect(alice.connection).to_contain_text("Can't reach the party")
    assert await alice.page.evaluate(TOO_FAINT) == []
    proxy.heal()
    seen = await alice.page.evaluate("window.wordsSeen")
    assert {*names, "Alice", "Bob", "Not sent"} <= {*seen}
    assert any(words.startswith("Can't reach the party") for words in seen)


async def fails_to_send(alice: Guest) -> None:
    alice.monitor.expect_errors("status of 400")
    await alice.page.route(f"**/{alice.chat_id}", refuse_posts)
    await alice.box.fill("This one fails")
    await alice.box.press("Enter")
    await expect(alice.button("Retry")).to_be_visible()

"""The page fits a small phone, and its parts do not jump."""

import pytest
from playwright.async_api import FloatRect, expect

from tests.browser.conftest import Arrival, enters_chat
from tests.browser.layout_checks import PHONE, SMALL, TOUCH, fits
from tests.browser.page_actions import Guest
from tests.browser.page_errors import UNREACHABLE
from tests.support.api_fixtures import Story
from tests.support.faulty_proxy import FaultyProxy


@pytest.mark.parametrize("path", ["/", "/username", "/chat/{}#{}"])
async def test_the_pages_before_the_chat_fit_a_small_phone(
    arrive: Arrival, story: Story, path: str
) -> None:
    dora = await arrive("Dora", viewport=SMALL)
    await dora.opens(path.format(story.chat_id, story.magic_key))
    await expect(dora.name_box).to_be_in_viewport(ratio=1)
    await fits(dora)
    action = dora.page.locator("form").get_by_role("button")
    await expect(action).to_be_in_viewport(ratio=1)
    box = await action.bounding_box()
    assert box is not None
    assert box["height"] >= TOUCH


async def test_an_empty_chat_fits_a_small_phone(arrive: Arrival, story: Story) -> None:
    alice = await enters_chat(await arrive("Alice", viewport=SMALL), story.alice)
    await fits(alice)
    for control in (alice.box, alice.button("Send"), alice.button("Copy invite link")):
        await expect(control).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("text", ["W" * 2000, "https://example.org/" + "a" * 1900, "ﷺ" * 2000])
async def test_the_longest_message_fits_a_small_phone(
    arrive: Arrival, story: Story, text: str
) -> None:
    await story.bob.say(text)
    alice = await enters_chat(await arrive("Alice", viewport=SMALL), story.alice)
    await expect(alice.messages).to_have_count(1)
    await alice.button("Copy invite link").click()
    await expect(alice.button("Close")).to_be_visible()
    await fits(alice)
    await alice.box.fill(text)
    await fits(alice)
    await expect(alice.button("Send")).to_be_in_viewport(ratio=1)
    await expect(alice.log).to_be_in_viewport()


@pytest.mark.parametrize("text", ["👨" + "\u200d👨" * 900, "a" + "\n" * 1990 + "b"])
async def test_an_unbreakable_message_does_not_hide_the_others(
    arrive: Arrival, story: Story, text: str
) -> None:
    await story.bob.say(text)
    await story.bob.say("An ordinary line, long enough to need a second one on a small phone")
    alice = await enters_chat(await arrive("Alice", viewport=SMALL), story.alice)
    for bubble in await alice.messages.all():
        box = await bubble.bounding_box()
        assert box is not None
        assert box["width"] <= SMALL["width"]
        assert box["height"] <= 2 * SMALL["height"]
    await expect(alice.messages.last).to_be_in_viewport(ratio=1)


async def test_long_names_fit_a_small_phone(arrive: Arrival, story: Story) -> None:
    dora = await arrive("W" * 32, viewport=SMALL)
    await dora.joins(f"/chat/{story.chat_id}#{story.magic_key}")
    await dora.says("A long name, a short message")
    await fits(dora)
    alice = await enters_chat(await arrive("Alice", viewport=SMALL), story.alice)
    await alice.sees("A long name, a short message")
    await fits(alice)


async def test_the_header_stays_one_line_and_nothing_moves_when_the_connection_is_lost(
    arrive: Arrival, story: Story, proxy: FaultyProxy
) -> None:
    alice = await enters_chat(await arrive("Alice", viewport=PHONE), story.alice)
    alice.monitor.expect_errors(UNREACHABLE)
    await story.bob.say("Hold still, please")
    await alice.sees("Hold still, please")
    before = await positions(alice)
    assert before["banner"]["height"] < 80
    proxy.cut()
    await expect(alice.connection).to_contain_text("Can't reach the party")
    assert await positions(alice) == before
    await fits(alice)
    proxy.heal()
    await alice.is_connected()
    assert await positions(alice) == before


async def test_a_message_does_not_move_while_it_is_sent(arrive: Arrival, story: Story) -> None:
    alice = await enters_chat(await arrive("Alice", viewport=PHONE), story.alice)
    await alice.says("First of all")
    await alice.says("Hold still, please")
    first, before = await positions(alice), await alice.message("Hold still, please").bounding_box()
    await alice.page.reload()
    await alice.is_connected()
    assert await positions(alice) == first
    assert await alice.message("Hold still, please").bounding_box() == before


async def positions(guest: Guest) -> dict[str, FloatRect]:
    """Return the positions of the parts of the chat."""
    parts = {
        "banner": guest.page.get_by_role("banner"),
        "log": guest.log,
        "last message": guest.messages.last,
        "box": guest.box,
        "invite": guest.button("Copy invite link"),
        "send": guest.button("Send"),
    }
    found = {name: await part.bounding_box() for name, part in parts.items()}
    return {name: box for name, box in found.items() if box}

"""Invite links in every form: the key may be anywhere, replaced, or missing."""

from collections.abc import Callable

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrival
from tests.browser.page_actions import Guest
from tests.browser.page_errors import REFUSED
from tests.browser.page_fixtures import Party, learns_nothing
from tests.support.api_fixtures import Story

LINKS = [
    "/chat/{}#{}",
    "/chat/{}/#{}",
    "/chat/{}?magic_key={}#_=_",
    "/chat/{}?magic_key={}",
    "/chat/{}%23{}",
    "/chat/{}#{}).",
    "/chat/{}#{}%20",
]

RECORD_ADDRESSES = """
    window.addresses = [];
    const ask = fetch;
    window.fetch = (...what) => (window.addresses.push(location.href), ask(...what));
"""


@pytest.mark.parametrize("link", LINKS)
async def test_the_key_leaves_the_address_and_nothing_is_sent_before_join(
    arrive: Arrival, story: Story, link: str
) -> None:
    dora = await arrive("Dora")
    await dora.opens(link.format(story.chat_id, story.magic_key))
    await dora.is_invited()
    await shows_no_key(dora, story.magic_key)
    assert dora.monitor.calls == []
    await dora.name_box.fill("Dora")
    await dora.button("Join").click()
    await dora.is_in()
    assert f"POST /{story.chat_id}/join" in dora.monitor.calls
    await shows_no_key(dora, story.magic_key)


async def test_the_key_of_a_member_leaves_the_address_before_the_first_request(
    party: Party,
) -> None:
    await party.bob.context.add_init_script(RECORD_ADDRESSES)
    await party.bob.opens("/")
    await party.bob.opens(party.link)
    await party.bob.is_in()
    addresses = await party.bob.page.evaluate("window.addresses")
    assert set(addresses) == {f"{party.bob.origin}/chat/{party.chat_id}"}
    await shows_no_key(party.bob, party.magic_key)


async def test_a_guest_who_reloads_the_invitation_can_still_join(
    arrive: Arrival, story: Story
) -> None:
    dora = await arrive("Dora")
    await dora.opens(f"/chat/{story.chat_id}#{story.magic_key}")
    await dora.is_invited()
    await dora.page.reload()
    await dora.is_invited()
    await dora.name_box.fill("Dora")
    await dora.button("Join").click()
    await dora.is_in()


async def test_an_invalid_key_leads_home_with_a_notice(arrive: Arrival, story: Story) -> None:
    dora = await arrive("Dora")
    dora.monitor.expect_errors(REFUSED)
    await story.alice.say("Nobody outside may read this")
    await dora.opens(f"/chat/{story.chat_id}#{'x' * 33}")
    await dora.is_invited()
    await dora.name_box.fill("Dora")
    await dora.button("Join").click()
    await dora.is_home()
    await expect(dora.page.get_by_text("That invite link doesn't work any more")).to_be_visible()
    await learns_nothing(dora, story.chat_id, [story.magic_key, "Nobody outside may read this"])


@pytest.mark.parametrize("change", [lambda key: key[:20], lambda key: key + "x"])
async def test_a_damaged_link_is_told_from_a_dead_one(
    arrive: Arrival, story: Story, change: Callable[[str], str]
) -> None:
    dora = await arrive("Dora")
    dora.monitor.expect_errors(REFUSED)
    await dora.opens(f"/chat/{story.chat_id}#{change(story.magic_key)}")
    await dora.is_invited()
    await dora.name_box.fill("Dora")
    await dora.button("Join").click()
    await dora.is_home()
    await expect(dora.page.get_by_text("That invite link is incomplete")).to_be_visible()


@pytest.mark.parametrize("wrap", ["{}_", "{}-", "_{}_", "*{}*", "{}).", "{:.10}%0A{:.0}"])
async def test_what_messengers_put_around_a_key_is_ignored(
    arrive: Arrival, story: Story, wrap: str
) -> None:
    key = story.magic_key
    link = f"{key[:10]}%0A%20{key[10:]}" if ":" in wrap else wrap.format(key)
    dora = await arrive("Dora")
    await dora.opens(f"/chat/{story.chat_id}#{link}")
    await dora.is_invited()
    await dora.name_box.fill("Dora")
    await dora.button("Join").click()
    await dora.is_in()


async def test_a_key_of_an_unknown_chat_leads_home_with_the_same_notice(
    arrive: Arrival,
) -> None:
    dora = await arrive("Dora")
    dora.monitor.expect_errors(REFUSED)
    await dora.opens(f"/chat/123456789012#{'x' * 33}")
    await dora.is_invited()
    await dora.name_box.fill("Dora")
    await dora.button("Join").click()
    await dora.is_home()
    await expect(dora.page.get_by_text("That invite link doesn't work any more")).to_be_visible()


async def test_a_stranger_without_a_key_is_sent_home_without_an_api_request(
    arrive: Arrival, story: Story
) -> None:
    await story.alice.say("Nobody outside may read this")
    dora = await arrive("Dora")
    await dora.opens(f"/chat/{story.chat_id}")
    await dora.is_home()
    await expect(dora.page.get_by_text("open its invite link")).to_be_visible()
    assert dora.monitor.calls == []
    assert "Nobody outside" not in await dora.page.content()


async def test_a_name_that_is_too_long_is_reported_before_anything_is_sent(
    arrive: Arrival, story: Story
) -> None:
    dora = await arrive("Dora")
    await dora.opens(f"/chat/{story.chat_id}#{story.magic_key}")
    await dora.name_box.fill("x" * 33)
    await dora.button("Join").click()
    await expect(dora.page.get_by_role("alert")).to_contain_text("32 characters")
    assert dora.monitor.calls == []
    await dora.name_box.fill("🎬" * 32)
    await dora.button("Join").click()
    await dora.is_in()


async def test_the_back_button_skips_the_chat_page_that_sent_a_stranger_home(
    arrive: Arrival, story: Story
) -> None:
    dora = await arrive("Dora")
    await dora.opens("/username")
    await dora.opens(f"/chat/{story.chat_id}")
    await dora.is_home()
    await dora.page.go_back()
    await expect(dora.button("Save")).to_be_visible()


async def test_the_page_of_a_chat_is_the_same_whether_the_chat_exists_or_not(
    arrive: Arrival, story: Story
) -> None:
    dora = await arrive("Dora")
    shells = [
        await (await dora.context.request.get(f"{dora.origin}/chat/{chat_id}")).body()
        for chat_id in (story.chat_id, 123456789012)
    ]
    assert shells[0] == shells[1]


async def shows_no_key(guest: Guest, magic_key: str) -> None:
    """Check that the key is neither in the address bar nor in the state of the history."""
    assert guest.page.url == f"{guest.origin}/chat/{guest.chat_id}"
    shown = await guest.page.evaluate("location.href + JSON.stringify(history.state)")
    assert magic_key not in shown


@pytest.mark.parametrize("broken", ["a\nb", "€", ""])
async def test_a_browser_with_an_unusable_stored_key_can_still_join(
    arrive: Arrival, story: Story, broken: str
) -> None:
    dora = await arrive("Dora")
    await dora.opens("/")
    for record in ("me", f"chat:{story.chat_id}"):
        kept = {"auth_key": broken, "session_token": broken, "username": "Dora"}
        await dora.page.evaluate(
            "([key, value]) => localStorage.setItem(key, JSON.stringify(value))",
            [f"watchparty:{record}", kept],
        )
    await dora.joins(story.magic_link)
    await dora.says("Here I am")


async def test_nothing_can_be_pressed_before_the_page_is_ready(arrive: Arrival) -> None:
    dora = await arrive("Dora", java_script_enabled=False)
    for path, button in (("/", "Start a watch party"), ("/username", "Save")):
        await dora.opens(path)
        await expect(dora.button(button)).to_be_disabled()

"""Alice starts a party and shares the link; Bob follows it and joins; Charlie stays outside."""

import pytest
from playwright.async_api import expect

from tests.browser.chromium import HOME_NETWORK
from tests.browser.page_actions import Guest
from tests.browser.page_fixtures import Party

on_both_hosts = pytest.mark.parametrize("origin", ["127.0.0.1", HOME_NETWORK], indirect=True)


@on_both_hosts
async def test_a_guest_follows_the_link_and_joins_and_both_talk(party: Party, origin: str) -> None:
    assert party.link.startswith(f"{origin}/chat/{party.chat_id}#")
    await party.alice.says("It starts in five minutes")
    await party.bob.says("I bring the popcorn")
    await party.everybody_sees("It starts in five minutes", "I bring the popcorn")
    for guest in (party.alice, party.bob):
        await expect(guest.signed("Alice")).to_contain_text("It starts in five minutes")
        await expect(guest.signed("Bob")).to_contain_text("I bring the popcorn")


@on_both_hosts
async def test_the_invite_button_copies_the_link(party: Party, origin: str) -> None:
    trusted = HOME_NETWORK not in origin
    if trusted:
        await party.bob.context.grant_permissions(["clipboard-read", "clipboard-write"])
    assert await party.bob.page.evaluate("isSecureContext") is trusted
    await copies(party.bob)
    assert await pasted(party.bob) == party.link


@on_both_hosts
async def test_the_link_can_be_copied_after_the_first_message(party: Party, origin: str) -> None:
    await party.bob.says("This moves the link into its popover")
    await copies(party.alice)
    assert await pasted(party.alice) == party.link


async def test_a_share_sheet_gets_the_link(party: Party) -> None:
    await party.bob.context.add_init_script(
        "navigator.share = async ({ url }) => { window.shared = url }"
    )
    await party.bob.page.reload()
    await party.bob.is_in()
    await party.bob.button("Copy invite link").click()
    await party.bob.button("Share…").click()
    assert await party.bob.page.evaluate("window.shared") == party.link
    await expect(party.alice.button("Share…")).to_have_count(0)


async def copies(guest: Guest) -> None:
    await guest.button("Copy invite link").click()
    await expect(guest.page.get_by_text("Invite link copied")).to_be_visible()


async def pasted(guest: Guest) -> str:
    await guest.box.fill("")
    await guest.box.press("Control+V")
    return await guest.box.input_value()

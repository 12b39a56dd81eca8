"""Moderation on the page: everybody sees its effect at once."""

import re
from collections.abc import Awaitable, Callable

import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import Arrival, enters_chat
from tests.browser.page_actions import Guest
from tests.browser.page_errors import REFUSED, UNREACHABLE
from tests.browser.page_fixtures import Party
from tests.browser.people_panel import member, opens_panel, panel, people, presses_and_confirms
from tests.support.api_client import Api
from tests.support.api_fixtures import Story, guest

EFFECT_MAX = 1000  # ms until other members must see an effect

JoinsAsViewer = Callable[[str], Awaitable[Guest]]


async def invite_link(guest: Guest) -> str:
    return await guest.page.locator("#invite-link").input_value()


async def is_out(guest: Guest, notice: str, timeout: float = EFFECT_MAX) -> None:
    await expect(guest.page.get_by_text(notice)).to_be_visible(timeout=timeout)
    await guest.is_home()


@pytest_asyncio.fixture(loop_scope="session")
async def joins_as_viewer(arrive: Arrival, api: Api, story: Story) -> JoinsAsViewer:
    """Return a function that lets somebody join with the read-only link."""

    async def join(name: str) -> Guest:
        answer = await api.get(f"{story.alice.path}/invite", story.alice.session_token)
        [key] = [one["magic_key"] for one in answer.ok()["invites"] if one["role"] == "viewer"]
        return await enters_chat(await arrive(name), await guest(api, name, story.chat_id, key))

    return join


async def test_a_removed_member_is_sent_home_at_once_and_the_old_link_no_longer_works(
    party: Party, arrive: Arrival
) -> None:
    alice, bob = party.alice, party.bob
    bob.monitor.expect_errors(REFUSED)
    await opens_panel(alice)
    row = member(alice, "Bob")
    await row.get_by_role("button", name="Remove Bob").click()
    await expect(row).to_contain_text("Remove Bob? Both links are replaced, too.")
    await expect(row.get_by_role("button", name="Cancel")).to_be_focused()
    await row.get_by_role("button", name="Cancel").click()
    await expect(row.get_by_role("button", name="Remove Bob")).to_be_focused()
    await presses_and_confirms(row, "Remove Bob", "Remove")
    await is_out(bob, "You were removed from the party")
    await expect(member(alice, "Bob")).to_have_count(0)
    await expect(alice.page.get_by_role("heading", name="Who’s here (1)")).to_be_focused()
    await alice.page.keyboard.press("Escape")
    await expect(people(alice)).to_have_text("Just you so far")

    dora = await arrive("Dora")
    dora.monitor.expect_errors(REFUSED)
    await dora.opens(party.link)
    await dora.name_box.fill("Dora")
    await dora.button("Join").click()
    await is_out(dora, "That invite link doesn't work any more", 10_000)
    fresh = await invite_link(alice)
    assert fresh != party.link
    await dora.joins(fresh)


async def test_a_replaced_link_is_updated_everywhere(alice: Guest, bob: Guest) -> None:
    old = await invite_link(bob)
    dialog = await opens_panel(alice)
    await presses_and_confirms(dialog, "Replace invite link", "Replace")
    await expect(dialog).to_contain_text("Invite link replaced.")
    for one in (alice, bob):
        await expect(one.page.locator("#invite-link")).not_to_have_value(re.compile(f"{old}|^$"))
    assert await invite_link(alice) == await invite_link(bob)
    field = dialog.get_by_role("textbox", name="Invite link")
    await expect(field).to_have_value(await invite_link(bob))


async def test_a_link_is_copied_from_within_the_panel(
    alice: Guest, joins_as_viewer: JoinsAsViewer
) -> None:
    dialog = await opens_panel(alice)
    field = dialog.get_by_role("textbox", name="Read-only link")
    await expect(field).not_to_have_value("")
    link = await field.input_value()
    await alice.page.evaluate("delete Navigator.prototype.clipboard")
    await dialog.get_by_role("button", name="Copy read-only link").click()
    await expect(dialog).to_contain_text("Read-only link copied.")
    await alice.page.keyboard.press("Escape")
    await alice.box.press("Control+V")
    await expect(alice.box).to_have_value(link)


async def test_a_link_that_was_not_loaded_is_requested_before_it_is_copied(alice: Guest) -> None:
    alice.monitor.expect_errors(UNREACHABLE)
    invites = f"**/{alice.chat_id}/invite"
    await alice.page.route(invites, lambda route: route.abort())
    await alice.page.evaluate("delete Navigator.prototype.clipboard")
    dialog = await opens_panel(alice)
    copy = dialog.get_by_role("button", name="Copy invite link")
    await copy.click()
    await expect(dialog).to_contain_text("Can't reach the party")
    await expect(dialog).not_to_contain_text("copied")
    await alice.page.unroute(invites)
    await copy.click()
    await expect(dialog).to_contain_text("Invite link copied.")
    link = await dialog.get_by_role("textbox", name="Invite link").input_value()
    await alice.page.keyboard.press("Escape")
    await alice.box.press("Control+V")
    await expect(alice.box).to_have_value(link)
    assert "#" in link


async def test_a_co_host_sees_at_once_what_they_may_do(alice: Guest, bob: Guest) -> None:
    await opens_panel(bob)
    replace_link = panel(bob).get_by_role("button", name="Replace invite link")
    await expect(replace_link).to_have_count(0)
    await opens_panel(alice)
    await member(alice, "Bob").get_by_role("button", name="Make co-host").click()
    await expect(member(alice, "Bob")).to_contain_text("Co-host")
    await expect(member(bob, "Bob")).to_contain_text("Co-host")
    await expect(replace_link).to_have_count(1)
    await expect(member(bob, "Alice")).to_contain_text("Host")
    await expect(member(bob, "Alice").get_by_role("button")).to_have_count(0)
    await expect(panel(bob).get_by_role("button", name="Burn")).to_have_count(0)
    await member(alice, "Bob").get_by_role("button", name="Make guest").click()
    await expect(replace_link).to_have_count(0)


async def test_the_host_names_a_co_host_before_leaving(party: Party) -> None:
    alice, bob = party.alice, party.bob
    alice.monitor.expect_errors(REFUSED)
    dialog = await opens_panel(alice)
    await dialog.get_by_role("button", name="Leave").click()
    await expect(dialog).to_contain_text("Name a co-host first")
    await member(alice, "Bob").get_by_role("button", name="Make co-host").click()
    await expect(member(alice, "Bob")).to_contain_text("Co-host")
    await presses_and_confirms(dialog, "Leave", "Leave")
    await is_out(alice, "You left the party.", 10_000)
    await opens_panel(bob)
    await expect(member(bob, "Bob")).to_contain_text("Host")
    await expect(people(bob)).to_have_text("Just you so far")


async def test_a_member_who_leaves_is_out_and_the_link_still_works(
    bob: Guest, alice: Guest
) -> None:
    bob.monitor.expect_errors(REFUSED)
    before = await invite_link(alice)
    await presses_and_confirms(await opens_panel(bob), "Leave", "Leave")
    await is_out(bob, "You left the party.", 10_000)
    await expect(people(alice)).to_have_text("Just you so far")
    assert await invite_link(alice) == before


async def test_the_topic_is_shown_in_everybodys_bar(alice: Guest, bob: Guest) -> None:
    dialog = await opens_panel(alice)
    await dialog.get_by_role("textbox", name="What are we watching?").fill("Some Like It Hot")
    await alice.page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("Saved.")
    for one in (alice, bob):
        title = one.page.locator("h1", has_text="Some Like It Hot")
        await expect(title).to_have_count(1)
    await bob.page.reload()
    await expect(bob.page.get_by_role("heading", name="Some Like It Hot")).to_be_visible()


async def test_a_deleted_chat_sends_everybody_home(party: Party, api: Api) -> None:
    for one in (party.alice, party.bob):
        one.monitor.expect_errors(REFUSED)
    await party.alice.says("Quick, burn this")
    dialog = await opens_panel(party.alice)
    await dialog.get_by_role("button", name="Burn the chat").click()
    await expect(dialog).to_contain_text("All that was said is gone for good")
    await dialog.get_by_role("button", name="Burn it").click()
    await is_out(party.bob, "The host ended the party")
    await is_out(party.alice, "The chat is burned.", 10_000)


async def test_a_viewer_reads_but_has_no_message_box(
    joins_as_viewer: JoinsAsViewer, alice: Guest, story: Story
) -> None:
    vera = await joins_as_viewer("Vera")
    await expect(vera.page.get_by_text("You're looking on: only members with a")).to_be_visible()
    await expect(vera.box).to_have_count(0)
    await expect(vera.button("Copy invite link")).to_have_count(0)
    await story.bob.say("Look but don't touch")
    await vera.sees("Look but don't touch")
    await opens_panel(vera)
    await expect(member(vera, "Vera")).to_contain_text("Viewer")
    await vera.page.keyboard.press("Escape")
    await opens_panel(alice)
    await member(alice, "Vera").get_by_role("button", name="Make guest").click()
    await expect(vera.box).to_be_visible()
    await expect(vera.button("Copy invite link")).to_be_visible()
    await vera.says("Thank you!")
    await alice.sees("Thank you!")

"""What hosts and members do about a party on the page, and what everybody sees of it at once."""

import re
from collections.abc import Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.browser.conftest import Arrival, seated
from tests.browser.guests import Guest
from tests.browser.party import Party
from tests.browser.test_contrast import TOO_FAINT, Scheme, by_day_and_by_night
from tests.browser.test_keyboard import names_everything, tabs_to
from tests.browser.test_layout import PHONE, SMALL, TOUCH, fits
from tests.browser.test_polling import shared_or_alone
from tests.browser.witness import REFUSED
from tests.client import Api
from tests.people import Story, guest

AT_ONCE = 1000  # ms

LookOn = Callable[[str], Awaitable[Guest]]


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


async def invite_link(guest: Guest) -> str:
    return await guest.page.locator("#invite-link").input_value()


async def is_out(guest: Guest, notice: str, timeout: float = AT_ONCE) -> None:
    await expect(guest.page.get_by_text(notice)).to_be_visible(timeout=timeout)
    await guest.is_home()


@pytest_asyncio.fixture(loop_scope="session")
async def look_on(arrive: Arrival, api: Api, story: Story) -> LookOn:
    """Bring somebody who came by the read-only link."""

    async def look_on(name: str) -> Guest:
        answer = await api.get(f"{story.alice.path}/invite", story.alice.session_token)
        [key] = [one["magic_key"] for one in answer.ok()["invites"] if one["role"] == "viewer"]
        return await seated(await arrive(name), await guest(api, name, story.chat_id, key))

    return look_on


@shared_or_alone
async def test_a_friend_who_joins_is_seen_before_anybody_speaks(
    alice: Guest, api: Api, story: Story, script: str
) -> None:
    if script:
        await alice.context.add_init_script(script)
        await alice.page.reload()
    await expect(people(alice)).to_have_text("Bob and you")
    dora = await guest(api, "Dora", story.chat_id, story.magic_key)
    await expect(people(alice)).to_have_text("Bob, Dora and you")
    await api.call("DELETE", f"{dora.path}/members/3", dora.session_token)
    await expect(people(alice)).to_have_text("Bob and you")


async def test_who_starts_a_party_sees_the_first_friend_come(arrive: Arrival, story: Story) -> None:
    dora, emil = await arrive("Dora"), await arrive("Emil")
    link = await dora.starts_a_party()
    await expect(people(dora)).to_have_text("Just you so far")
    await emil.joins(link)
    await expect(people(dora)).to_have_text("Emil and you")
    await expect(people(emil)).to_have_text("Dora and you")


async def test_two_tabs_of_one_chat_keep_up_with_it(alice: Guest, api: Api, story: Story) -> None:
    tab = await alice.another_tab("Alice")
    await tab.opens(f"/chat/{story.chat_id}")
    await tab.is_connected()
    for number in range(3):
        await guest(api, f"Guest {number}", story.chat_id, story.magic_key)
    for reader in (alice, tab):
        await expect(people(reader)).to_have_text("Bob, Guest 0, Guest 1 and 2 more")
        await story.bob.say("Hello, all")
    await expect(alice.messages).to_have_count(2)
    await expect(tab.messages).to_have_count(2)


async def test_who_is_removed_is_home_at_once_and_the_old_link_is_dead(
    party: Party, arrive: Arrival
) -> None:
    alice, bob = party.alice, party.bob
    bob.witness.forgive(REFUSED)
    await opens_panel(alice)
    row = member(alice, "Bob")
    await row.get_by_role("button", name="Remove Bob").click()
    await expect(row).to_contain_text("Remove Bob? The invite link is replaced, too.")
    await expect(row.get_by_role("button", name="Cancel")).to_be_focused()
    await row.get_by_role("button", name="Cancel").click()
    await expect(row.get_by_role("button", name="Remove Bob")).to_be_focused()
    await sure(row, "Remove Bob", "Remove")
    await is_out(bob, "You're not in that party any more")
    await expect(member(alice, "Bob")).to_have_count(0)
    await expect(alice.page.get_by_role("heading", name="Who’s here (1)")).to_be_focused()
    await alice.page.keyboard.press("Escape")
    await expect(people(alice)).to_have_text("Just you so far")

    dora = await arrive("Dora")
    dora.witness.forgive(REFUSED)
    await dora.opens(party.link)
    await dora.name_box.fill("Dora")
    await dora.button("Join").click()
    await is_out(dora, "That invite link doesn't work any more", 10_000)
    fresh = await invite_link(alice)
    assert fresh != party.link
    await dora.joins(fresh)


async def test_a_replaced_link_is_the_new_one_everywhere(alice: Guest, bob: Guest) -> None:
    old = await invite_link(bob)
    dialog = await opens_panel(alice)
    await sure(dialog, "Replace invite link", "Replace")
    await expect(dialog).to_contain_text("Invite link replaced.")
    for one in (alice, bob):
        await expect(one.page.locator("#invite-link")).not_to_have_value(re.compile(f"{old}|^$"))
    assert await invite_link(alice) == await invite_link(bob)
    field = dialog.get_by_role("textbox", name="Invite link")
    await expect(field).to_have_value(await invite_link(bob))


async def test_a_link_is_copied_from_within_the_panel(alice: Guest, look_on: LookOn) -> None:
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


async def test_a_co_host_sees_at_once_what_they_may_do(alice: Guest, bob: Guest) -> None:
    await opens_panel(bob)
    remove = panel(bob).get_by_role("button", name="Replace invite link")
    await expect(remove).to_have_count(0)
    await opens_panel(alice)
    await member(alice, "Bob").get_by_role("button", name="Make co-host").click()
    await expect(member(alice, "Bob")).to_contain_text("Co-host")
    await expect(member(bob, "Bob")).to_contain_text("Co-host")
    await expect(remove).to_have_count(1)
    await expect(member(bob, "Alice")).to_contain_text("Host")
    await expect(member(bob, "Alice").get_by_role("button")).to_have_count(0)
    await expect(panel(bob).get_by_role("button", name="Burn")).to_have_count(0)
    await member(alice, "Bob").get_by_role("button", name="Make guest").click()
    await expect(remove).to_have_count(0)


async def test_the_host_names_a_co_host_before_leaving(party: Party) -> None:
    alice, bob = party.alice, party.bob
    alice.witness.forgive(REFUSED)
    dialog = await opens_panel(alice)
    await dialog.get_by_role("button", name="Leave").click()
    await expect(dialog).to_contain_text("Name a co-host first")
    await member(alice, "Bob").get_by_role("button", name="Make co-host").click()
    await expect(member(alice, "Bob")).to_contain_text("Co-host")
    await sure(dialog, "Leave", "Leave")
    await is_out(alice, "You left the party.", 10_000)
    await opens_panel(bob)
    await expect(member(bob, "Bob")).to_contain_text("Host")
    await expect(people(bob)).to_have_text("Just you so far")


async def test_who_leaves_is_out_and_the_link_lives(bob: Guest, alice: Guest) -> None:
    bob.witness.forgive(REFUSED)
    before = await invite_link(alice)
    await sure(await opens_panel(bob), "Leave", "Leave")
    await is_out(bob, "You left the party.", 10_000)
    await expect(people(alice)).to_have_text("Just you so far")
    assert await invite_link(alice) == before


async def test_what_is_watched_stands_in_everybodys_bar(alice: Guest, bob: Guest) -> None:
    dialog = await opens_panel(alice)
    await dialog.get_by_role("textbox", name="What are we watching?").fill("Some Like It Hot")
    await alice.page.keyboard.press("Enter")
    await expect(dialog).to_contain_text("Saved.")
    for one in (alice, bob):
        title = one.page.locator("h1", has_text="Some Like It Hot")
        await expect(title).to_have_count(1)
    await bob.page.reload()
    await expect(bob.page.get_by_role("heading", name="Some Like It Hot")).to_be_visible()


async def test_a_burned_chat_sends_everybody_home(party: Party, api: Api) -> None:
    for one in (party.alice, party.bob):
        one.witness.forgive(REFUSED)
    await party.alice.says("Quick, burn this")
    dialog = await opens_panel(party.alice)
    await dialog.get_by_role("button", name="Burn the chat").click()
    await expect(dialog).to_contain_text("All that was said is gone for good")
    await dialog.get_by_role("button", name="Burn it").click()
    await is_out(party.bob, "You're not in that party any more")
    await is_out(party.alice, "The chat is burned.", 10_000)


async def test_a_viewer_reads_and_has_nothing_to_write_with(
    look_on: LookOn, alice: Guest, story: Story
) -> None:
    vera = await look_on("Vera")
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


async def test_two_of_the_same_name_are_told_apart(alice: Guest, api: Api, story: Story) -> None:
    await story.bob.say("I am Bob")
    await alice.sees("I am Bob")
    await expect(alice.signed("Bob")).not_to_contain_text("#")
    other = await guest(api, "ＢＯＢ", story.chat_id, story.magic_key)
    await other.say("No, I am Bob")
    await expect(alice.signed("Bob").first).to_contain_text("Bob #2")
    await expect(alice.signed("ＢＯＢ")).to_contain_text("ＢＯＢ #3")
    await expect(people(alice)).to_have_text("Bob #2, ＢＯＢ #3 and you")
    await opens_panel(alice)
    await expect(member(alice, "#2")).to_have_count(1)


async def test_the_panel_is_worked_without_a_mouse(alice: Guest) -> None:
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
    arrive: Arrival, api: Api, story: Story, size: dict[str, int]
) -> None:
    await guest(api, "W" * 32, story.chat_id, story.magic_key)
    token = story.alice.session_token
    topic = {"topic": "W" * 100}
    await api.call("PUT", f"{story.alice.path}/topic", token, json=topic)
    alice = await seated(await arrive("Alice", viewport=size), story.alice)
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


@by_day_and_by_night
async def test_the_panel_can_be_read(arrive: Arrival, story: Story, scheme: Scheme) -> None:
    alice = await seated(
        await arrive("Alice", color_scheme=scheme, reduced_motion="reduce"), story.alice
    )
    dialog = await opens_panel(alice)
    await dialog.get_by_role("button", name="Remove Bob").click()
    await expect(dialog.get_by_role("button", name="Cancel")).to_be_visible()
    assert await alice.page.evaluate(TOO_FAINT) == []
    assert "Remove" in await alice.page.evaluate("window.wordsSeen")


async def test_nothing_of_it_is_loaded_before_somebody_reaches_for_it(
    arrive: Arrival, story: Story
) -> None:
    alice = await seated(await arrive("Alice", has_touch=True, is_mobile=True), story.alice)
    await story.bob.say("Just reading")
    await alice.sees("Just reading")
    assert not any("backstage" in request.url for request in alice.witness.requests)
    await people(alice).tap()
    await expect(panel(alice)).to_be_visible()


async def test_ones_own_message_is_taken_back_for_everybody(alice: Guest, bob: Guest) -> None:
    await alice.says("I know who did it")
    await bob.says("Don't tell!")
    for one in (alice, bob):
        await one.sees("Don't tell!")
    await bob.message("I know who did it").hover()
    await expect(bob.button("Delete message")).to_have_count(0)
    await takes_back(bob, "Don't tell!")
    for one in (alice, bob):
        await expect(one.messages).to_have_text(["I know who did it", "Message deleted"])
    await takes_back(alice, "I know who did it")
    for one in (alice, bob):
        await expect(one.messages).to_have_text(["Message deleted"] * 2)
    await bob.page.reload()
    await expect(bob.messages).to_have_text(["Message deleted"] * 2)


async def test_a_host_takes_back_what_a_guest_said(alice: Guest, bob: Guest) -> None:
    await bob.says("The butler did it")
    await alice.sees("The butler did it")
    await takes_back(alice, "The butler did it")
    for one in (alice, bob):
        await expect(one.messages).to_have_text(["Message deleted"])


async def test_a_message_is_taken_back_without_a_mouse(alice: Guest, story: Story) -> None:
    for number in range(3):
        await story.bob.say(f"Line number {number}")
    await alice.says("My own line")
    keys = alice.page.keyboard
    await tabs_to(alice.page, alice.log)
    delete = alice.button("Delete message")
    await expect(delete).to_have_accessible_name("Delete message: My own line")
    await tabs_to(alice.page, delete)
    await keys.press("ArrowUp")
    await keys.press("ArrowUp")
    await expect(delete).to_have_accessible_name("Delete message: Line number 1")
    await keys.press("Enter")
    await expect(alice.button("Really delete message: Line number 1")).to_be_focused()
    await keys.press("ArrowDown")
    await expect(delete).to_have_accessible_name("Delete message: Line number 2")
    await keys.press("Enter")
    await keys.press("Enter")
    await expect(alice.messages).to_have_text(
        ["Line number 0", "Line number 1", "Message deleted", "My own line"]
    )
    await expect(alice.log).to_be_focused()


async def test_a_message_is_taken_back_by_touch_and_not_by_a_double_tap(
    arrive: Arrival, story: Story
) -> None:
    await story.alice.say("Typed with a thumb")
    alice = await seated(
        await arrive("Alice", viewport=PHONE, has_touch=True, is_mobile=True), story.alice
    )
    await alice.message("Typed with a thumb").tap()
    box = await alice.button("Delete message").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= TOUCH
    await fits(alice)
    await alice.button("Delete message").dblclick()
    await expect(alice.button("Really delete message")).to_be_visible()
    await expect(alice.messages).not_to_contain_text("Message deleted")
    await alice.button("Really delete message").tap()
    await expect(alice.messages).to_have_text(["Message deleted"])


async def takes_back(guest: Guest, text: str) -> None:
    """Point at the message, press, and press again."""
    await guest.message(text).hover()
    await guest.message(text).get_by_role("button", name="Delete message").click()
    await guest.message(text).get_by_role("button", name="Really delete message").click()

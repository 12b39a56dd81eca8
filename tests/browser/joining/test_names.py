"""The browser remembers a name that was typed once, and renews an auth key that was refused."""

from playwright.async_api import expect

from tests.browser.conftest import Arrival
from tests.browser.page_actions import Guest
from tests.browser.page_errors import REFUSED
from tests.browser.page_fixtures import Party
from tests.support.api_fixtures import Story

FORGE = """() => Object.keys(localStorage).forEach(key => {
    const kept = JSON.parse(localStorage.getItem(key));
    if (kept.auth_key) kept.auth_key = 'a-key-of-some-other-server-0123456789';
    localStorage.setItem(key, JSON.stringify(kept));
})"""


async def test_a_known_user_starts_a_second_party_with_one_press(party: Party) -> None:
    await party.alice.opens("/")
    await expect(party.alice.name_box).to_have_value("Alice")
    await party.alice.button("Start a watch party").click()
    await party.alice.page.wait_for_url(lambda url: f"{party.chat_id}" not in url)
    await party.alice.is_in()
    await party.alice.says("Round two")
    await expect(party.alice.signed("Alice")).to_contain_text("Round two")
    await expect(party.bob.message("Round two")).to_have_count(0)


async def test_a_second_invitation_is_accepted_with_one_press(party: Party, story: Story) -> None:
    await party.bob.opens(f"/chat/{story.chat_id}#{story.magic_key}")
    await expect(party.bob.name_box).to_have_value("Bob")
    await party.bob.button("Join").click()
    await party.bob.is_in()
    assert [m["username"] for m in (await story.alice.read())["members"]][-1] == "Bob"


async def test_a_name_saved_beforehand_is_used_and_can_be_changed(
    arrive: Arrival, story: Story
) -> None:
    dora = await arrive("Dora")
    await saves(dora, "Dora")
    await saves(dora, "Dorothea")
    await dora.opens(f"/chat/{story.chat_id}#{story.magic_key}")
    await expect(dora.name_box).to_have_value("Dorothea")
    await dora.button("Join").click()
    await dora.is_in()
    assert [m["username"] for m in (await story.alice.read())["members"]][-1] == "Dorothea"


async def test_renaming_keeps_the_key_and_the_name_in_joined_chats(party: Party) -> None:
    key = "JSON.parse(localStorage.getItem('watchparty:me')).auth_key"
    before = await party.bob.page.evaluate(key)
    tab = await party.bob.another_tab("Robert")
    await saves(tab, "Robert")
    assert await tab.page.evaluate(key) == before
    await party.bob.says("Still me")
    await expect(party.alice.signed("Bob")).to_contain_text("Still me")


async def test_a_party_cannot_be_started_without_a_name(arrive: Arrival) -> None:
    dora = await arrive("Dora")
    await dora.opens("/")
    await dora.name_box.fill("   ")
    await dora.button("Start a watch party").click()
    await expect(dora.page.get_by_role("alert")).to_contain_text("name")
    await expect(dora.name_box).to_be_focused()
    assert dora.monitor.calls == []


async def test_a_name_the_server_refuses_is_explained_beside_the_box(arrive: Arrival) -> None:
    dora = await arrive("Dora")
    dora.monitor.expect_errors("status of 400")
    await dora.opens("/username")
    await dora.name_box.fill("D" * 33)
    await dora.button("Save").click()
    await expect(dora.page.get_by_role("alert")).to_contain_text("32 characters")
    await saves(dora, "D" * 32)


async def test_a_key_the_server_does_not_know_is_renewed_silently(
    party: Party, story: Story
) -> None:
    party.bob.monitor.expect_errors(REFUSED)
    await party.bob.page.evaluate(FORGE)
    await party.bob.opens(f"/chat/{story.chat_id}#{story.magic_key}")
    await expect(party.bob.name_box).to_have_value("Bob")
    await party.bob.button("Join").click()
    await party.bob.is_in()
    await party.bob.says("Nothing happened, did it?")
    assert (await story.alice.read())["messages"][-1]["username"] == "Bob"


async def saves(guest: Guest, name: str) -> None:
    await guest.opens("/username")
    await guest.name_box.fill(name)
    await guest.button("Save").click()
    await expect(guest.page.get_by_role("status").filter(has_text=name)).to_be_visible()

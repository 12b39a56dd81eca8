"""Two chats in two tabs of one browser do not affect each other."""

from playwright.async_api import expect

from tests.browser.page_fixtures import Party
from tests.support.api_client import Api
from tests.support.api_fixtures import guest


async def test_each_tab_talks_in_its_own_chat_under_its_own_name(party: Party, api: Api) -> None:
    first, second = party.alice, await party.alice.another_tab("Ally")
    link = await second.starts_a_party()
    assert second.chat_id != first.chat_id
    dora = await guest(api, "Dora", second.chat_id, link.partition("#")[2])

    await first.says("For the first party")
    await second.says("For the second party")
    await party.bob.says("Bob to the first party")
    await dora.say("Dora to the second party")

    await second.sees("Dora to the second party")
    await first.sees("Bob to the first party")
    await expect(first.signed("Alice")).to_contain_text("For the first party")
    await expect(second.signed("Ally")).to_contain_text("For the second party")
    for guest_of_first in (first, party.bob):
        await expect(guest_of_first.messages).to_have_count(2)
    await expect(second.messages).to_have_count(2)

    for tab in (first, second):
        await tab.page.reload()
        await tab.is_connected()
        await tab.says(f"Again, {tab.name}")
        await expect(tab.signed(tab.name)).to_contain_text([tab.said[0], f"Again, {tab.name}"])
    party.alice.said += second.said


async def test_one_chat_in_two_tabs_shows_the_same_in_both(party: Party) -> None:
    tab = await party.bob.another_tab("Bob")
    await tab.opens(f"/chat/{party.chat_id}")
    await tab.is_in()
    await tab.says("From the second tab")
    await party.bob.says("From the first tab")
    for reader in (tab, party.bob, party.alice):
        await reader.sees("From the second tab")
        await reader.sees("From the first tab")
        await expect(reader.signed("Bob")).to_contain_text("From the first tab")

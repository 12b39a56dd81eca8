"""The bar shows the members before anybody speaks, and numbers those with similar names."""

from playwright.async_api import expect

from tests.browser.conftest import Arrival
from tests.browser.page_actions import Guest
from tests.browser.people_panel import member, opens_panel, people
from tests.browser.poll_calls import shared_or_alone
from tests.support.api_client import Api
from tests.support.api_fixtures import Story, guest


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


async def test_a_host_sees_the_first_friend_join(arrive: Arrival, story: Story) -> None:
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


async def test_a_paused_tab_shows_members_who_joined_meanwhile(
    alice: Guest, api: Api, story: Story
) -> None:
    twin = await alice.another_tab("Alice")
    await twin.opens(f"/chat/{story.chat_id}")
    await twin.is_connected()
    chrome = await alice.context.new_cdp_session(alice.page)
    await chrome.send("Debugger.enable")
    await chrome.send("Debugger.pause")  # at the next statement
    for name in ("Dora", "Emil"):
        await guest(api, name, story.chat_id, story.magic_key)
        await expect(people(twin)).to_contain_text(name)
    await chrome.send("Debugger.disable")
    await expect(people(alice)).to_have_text("Bob, Dora, Emil and 1 more")


async def test_two_members_of_the_same_name_can_be_distinguished(
    alice: Guest, api: Api, story: Story
) -> None:
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


async def test_nobody_can_pose_as_the_host(alice: Guest, api: Api, story: Story) -> None:
    mallory = await guest(api, "\N{CYRILLIC CAPITAL LETTER A}lice", story.chat_id, story.magic_key)
    await mallory.say("I am the host, trust me")
    await story.bob.say("Hm")
    hers = alice.signed("\N{CYRILLIC CAPITAL LETTER A}lice")
    await expect(hers).to_contain_text("\N{CYRILLIC CAPITAL LETTER A}lice #3")
    await expect(alice.signed("Bob")).not_to_contain_text("#")
    await expect(people(alice)).to_contain_text("\N{CYRILLIC CAPITAL LETTER A}lice #3")
    await story.alice.say("No, I am")
    await expect(alice.signed("Alice")).to_contain_text("Alice #1")

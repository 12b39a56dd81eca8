"""The page shows messages and names as text, and never as markup."""

import unicodedata

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrival
from tests.browser.page_actions import Guest
from tests.support.api_client import Api
from tests.support.api_fixtures import Story, guest

MARKUP = [
    "<img src=x onerror=pwned=1>",
    "<script>pwned=1</script>",
    "javascript:alert(1)",
    "<svg/onload=pwned=1>",
    "{{7*7}} ${7*7} &lt;b&gt;",
    "'\"><b>bold</b>",
]
SCRIPTS = [
    "👩‍👩‍👧‍👦👨🏿‍🦰 🫱🏻‍🫲🏿",
    "🇳🇴🇧🇷 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "مُحَمَّد says مرحبا 123",
    "שלום (hello)",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍a̴̵̜̰͔ͫ͗͢l̶g̸o̵",
    "e\u0301 is not \u00e9, but looks it",
    "नमस्ते ไทย 한국어 日本語 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "\u202etxet desrever\u202c",
    "two\nlines\n\n  and   spaces",
]
NAMES = ["👩‍👩‍👧‍👦", "🇳🇴 Åse", "مُحَمَّد", "Za̴l̷g͑o", "花子", "𝔅𝔬𝔟", *MARKUP[:3]]


async def test_messages_arrive_as_the_text_that_was_typed(alice: Guest, bob: Guest) -> None:
    texts = [*SCRIPTS, *MARKUP]
    for text in texts:
        await alice.says(text)
    for reader in (bob, alice):
        await expect(reader.messages).to_have_count(len(texts))
        assert await reader.messages.all_text_contents() == texts
        await runs_nothing(reader)
    await bob.page.reload()
    await expect(bob.messages).to_have_count(len(texts))
    assert await bob.messages.all_text_contents() == texts
    await runs_nothing(bob)


async def test_names_are_shown_as_the_text_that_was_typed(
    arrive: Arrival, api: Api, story: Story
) -> None:
    for name in NAMES:
        person = await guest(api, name, story.chat_id, story.magic_key)
        await person.say(f"I am number {NAMES.index(name)}")
    dora = await arrive(MARKUP[0])
    await dora.joins(story.magic_link)
    await dora.says("I typed my name myself")
    authors = await dora.log.locator("bdi").all_text_contents()
    assert authors == [unicodedata.normalize("NFC", name) for name in [*NAMES, MARKUP[0]]]
    await expect(dora.page.get_by_role("banner")).to_contain_text("Alice, Bob")
    await runs_nothing(dora)


async def test_a_name_with_markup_is_remembered_as_text(arrive: Arrival) -> None:
    dora = await arrive(MARKUP[1])
    await dora.opens("/username")
    await dora.name_box.fill(dora.name)
    await dora.button("Save").click()
    await expect(dora.page.get_by_role("status")).to_contain_text(dora.name)
    await runs_nothing(dora)
    await dora.opens("/")
    await expect(dora.name_box).to_have_value(dora.name)
    await runs_nothing(dora)


async def test_right_to_left_text_stays_beside_its_author(alice: Guest, story: Story) -> None:
    await story.bob.say("مرحبا بالجميع")
    await story.bob.say("Hello everyone")
    arabic, english = alice.message("مرحبا بالجميع"), alice.message("Hello everyone")
    await expect(english).to_be_visible()
    starts = [
        await text.locator("[dir=auto]").evaluate("body => body.getBoundingClientRect().left")
        for text in (arabic, english)
    ]
    assert starts[0] == pytest.approx(starts[1], abs=1)


async def runs_nothing(reader: Guest) -> None:
    """Check that no text has become an element and no script in a text has run."""
    assert await reader.page.evaluate("typeof pwned") == "undefined"
    assert await reader.page.locator("main").locator("img, script, b").count() == 0

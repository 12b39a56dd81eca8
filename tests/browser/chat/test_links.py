"""Web addresses become links that send no referrer; everything else stays text."""

from playwright.async_api import expect

from tests.browser.page_actions import Guest
from tests.support.api_fixtures import Story

SAFE = {"noopener", "noreferrer", "nofollow", "ugc"}

ADDRESSES = {
    "See https://example.org/film.": "https://example.org/film",
    "(http://example.org/a_(film))": "http://example.org/a_(film)",
    "https://example.org/?q=1&r=2#end, right?": "https://example.org/?q=1&r=2#end",
    "https://пример.example/привет!": "https://пример.example/привет",
    '"https://example.org/quoted"': "https://example.org/quoted",
    "<https://example.org/angle>": "https://example.org/angle",
    "https://example.org/مرحبا…": "https://example.org/مرحبا",
    "([https://example.org/[a](b)).]!": "https://example.org/[a](b)",
    f"https://example.org/closed{')' * 1900}": "https://example.org/closed",
}
TEXTS = [
    "javascript:alert(1)",
    "JaVaScRiPt://example.org/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "https://",
    "xhttps://example.org",
]


async def test_a_link_excludes_the_punctuation_around_the_address(
    alice: Guest, story: Story
) -> None:
    for text in ADDRESSES:
        await story.bob.say(text)
    await expect(alice.messages).to_have_count(len(ADDRESSES))
    for text, address in ADDRESSES.items():
        assert await alice.message(text).get_by_role("link").all_text_contents() == [address]


async def test_a_link_opens_in_a_new_tab_and_sends_no_referrer(alice: Guest, story: Story) -> None:
    await story.bob.say("https://example.org/film and http://example.org/book")
    links = alice.log.get_by_role("link")
    await expect(links).to_have_count(2)
    for link in await links.all():
        assert set((await link.get_attribute("rel") or "").split()) >= SAFE
        await expect(link).to_have_attribute("target", "_blank")
    await expect(links.first).to_have_attribute("href", "https://example.org/film")


async def test_only_http_addresses_become_links(alice: Guest, story: Story) -> None:
    for text in TEXTS:
        await story.bob.say(text)
    await expect(alice.messages).to_have_count(len(TEXTS))
    assert await alice.messages.all_text_contents() == TEXTS
    await expect(alice.log.get_by_role("link")).to_have_count(0)

"""Every word on the page can be read, by day and by night (WCAG 1.4.3)."""

from typing import Literal

import pytest
from playwright.async_api import expect

from tests.browser.chat.test_sending import refuse_posts
from tests.browser.conftest import Arrival, seated
from tests.browser.page_actions import Guest
from tests.browser.page_errors import UNREACHABLE
from tests.support.api_client import Api
from tests.support.api_fixtures import Story, guest
from tests.support.faulty_proxy import Line

Scheme = Literal["light", "dark"]

by_day_and_by_night = pytest.mark.parametrize("scheme", ["light", "dark"])

# Paints the backgrounds behind each word on a canvas, then the word's colour, and compares:
# [words, contrast] of those below 4.5, and below 3 where they are large and bold.
TOO_FAINT = """() => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1;
    const paint = canvas.getContext('2d', { willReadFrequently: true });
    const luminance = () => [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3)
        .map(value => value / 255)
        .map(value => value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4)
        .reduce((sum, value, at) => sum + value * [.2126, .7152, .0722][at], 0);
    const fill = (colour, alpha = 1) => {
        paint.globalAlpha = alpha;
        paint.fillStyle = colour;
        paint.fillRect(0, 0, 1, 1);
    };
    const ancestors = element => element ? [...ancestors(element.parentElement), element] : [];
    const contrast = element => {
        fill('white');
        const line = ancestors(element);
        line.forEach(one => fill(getComputedStyle(one).backgroundColor));
        const behind = luminance();
        const opacity = line.reduce((all, one) => all * getComputedStyle(one).opacity, 1);
        fill(getComputedStyle(element).color, opacity);
        const [dark, light] = [behind, luminance()].sort((a, b) => a - b);
        return (light + .05) / (dark + .05);
    };
    const least = element => {
        const { fontSize, fontWeight } = getComputedStyle(element);
        const [size, bold] = [parseFloat(fontSize), fontWeight >= 700];
        return size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const faint = [];
    window.wordsSeen = [];
    while (texts.nextNode()) {
        const [words, element] = [texts.currentNode.data.trim(), texts.currentNode.parentElement];
        if (!words || !element.checkVisibility() || element.closest('script, noscript')) continue;
        window.wordsSeen.push(words);
        const found = contrast(element);
        if (found < least(element)) faint.push([words, found.toFixed(2)]);
    }
    return faint;
}"""


@by_day_and_by_night
@pytest.mark.parametrize("path", ["/", "/username", "/chat/{}#{}"])
async def test_the_way_in_can_be_read(
    arrive: Arrival, story: Story, scheme: Scheme, path: str
) -> None:
    dora = await arrive("Dora", color_scheme=scheme, reduced_motion="reduce")
    await dora.opens(path.format(story.chat_id, story.magic_key))
    await expect(dora.name_box).to_be_visible()
    await dora.page.locator("form").get_by_role("button").click()
    await expect(dora.page.get_by_role("alert")).not_to_be_empty()
    assert await dora.page.evaluate(TOO_FAINT) == []


@by_day_and_by_night
async def test_eight_authors_and_all_the_rest_can_be_read(
    arrive: Arrival, api: Api, story: Story, line: Line, scheme: Scheme
) -> None:
    names = ["Dora", "Emil", "Fatima", "Goran", "Hana", "Ines"]
    people = [story.alice, story.bob]
    people += [await guest(api, name, story.chat_id, story.magic_key) for name in names]
    for person in people:
        await person.say(f"{person.name} says https://example.org/{person.name}")
    alice = await seated(
        await arrive("Alice", color_scheme=scheme, reduced_motion="reduce"), story.alice
    )
    await expect(alice.messages).to_have_count(8)
    colours = await alice.log.locator("bdi").evaluate_all(
        "all => all.map(one => getComputedStyle(one).color)"
    )
    assert len(set(colours)) == 8
    await fails_to_send(alice)
    await alice.button("Copy invite link").click()
    await expect(alice.page.get_by_text("It works on this computer only")).to_be_visible()
    alice.witness.forgive(UNREACHABLE)
    line.cut()
    await expect(alice.connection).to_contain_text("Can't reach the party")
    assert await alice.page.evaluate(TOO_FAINT) == []
    line.heal()
    seen = await alice.page.evaluate("window.wordsSeen")
    assert {*names, "Alice", "Bob", "Not sent"} <= {*seen}
    assert any(words.startswith("Can't reach the party") for words in seen)


async def fails_to_send(alice: Guest) -> None:
    alice.witness.forgive("status of 400")
    await alice.page.route(f"**/{alice.chat_id}", refuse_posts)
    await alice.box.fill("This one fails")
    await alice.box.press("Enter")
    await expect(alice.button("Retry")).to_be_visible()

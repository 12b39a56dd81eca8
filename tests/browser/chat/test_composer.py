"""The message box: Enter sends, Shift+Enter does not, and nothing typed is ever lost."""

import pytest
from playwright.async_api import expect

from tests.browser.page_actions import Guest
from tests.support.api_fixtures import Story

COMPOSE = """box => box.dispatchEvent(new KeyboardEvent('keydown', {
    key: 'Enter', isComposing: true, bubbles: true, cancelable: true
}))"""


async def test_enter_sends_and_shift_enter_starts_a_new_line(alice: Guest, story: Story) -> None:
    await alice.box.press_sequentially("First line")
    await alice.box.press("Shift+Enter")
    await alice.box.press_sequentially("second line")
    await expect(alice.box).to_have_value("First line\nsecond line")
    assert await bodies(story) == []
    await alice.box.press("Enter")
    await alice.has_sent()
    await alice.sees("First line second line")
    assert await bodies(story) == ["First line\nsecond line"]


async def test_the_button_sends_and_the_box_keeps_the_focus(alice: Guest, story: Story) -> None:
    await alice.box.fill("Sent by the button")
    await alice.button("Send").click()
    await alice.has_sent()
    await alice.sees("Sent by the button")
    await expect(alice.box).to_be_focused()
    assert await bodies(story) == ["Sent by the button"]


async def test_enter_that_ends_a_composition_does_not_send(alice: Guest, story: Story) -> None:
    devtools = await alice.context.new_cdp_session(alice.page)
    await alice.box.focus()
    composition = {"selectionStart": 3, "selectionEnd": 3, "text": "にほん"}
    await devtools.send("Input.imeSetComposition", composition)
    await expect(alice.box).to_have_value("にほん")
    await alice.box.evaluate(COMPOSE)
    await devtools.send("Input.insertText", {"text": "日本"})
    await expect(alice.box).to_have_value("日本")
    assert await bodies(story) == []
    await alice.box.press("Enter")
    await alice.has_sent()
    await alice.sees("日本")
    assert await bodies(story) == ["日本"]


@pytest.mark.parametrize("blank", ["", "   ", "\n\n \t"])
async def test_white_space_alone_is_not_sent(alice: Guest, story: Story, blank: str) -> None:
    await alice.box.fill(blank)
    await alice.box.press("Enter")
    await alice.button("Send").click()
    await alice.says("Something real")
    assert await bodies(story) == ["Something real"]
    assert len([call for call in alice.monitor.calls if call.startswith("POST")]) == 1


async def test_a_text_that_is_too_long_stays_in_the_box_and_the_excess_is_shown(
    alice: Guest, story: Story
) -> None:
    await alice.box.fill("é" * 2003)
    await expect(alice.page.get_by_text("3 characters too many")).to_be_visible()
    await alice.box.press("Enter")
    await expect(alice.box).to_have_value("é" * 2003)
    await alice.box.fill("😀" * 2001)
    await expect(alice.page.get_by_text("1 character too many")).to_be_visible()
    await alice.box.press("Enter")
    await expect(alice.box).to_have_value("😀" * 2001)
    assert await bodies(story) == []
    await alice.says("😀" * 2000)
    await expect(alice.page.get_by_text("too many")).to_have_count(0)
    assert await bodies(story) == ["😀" * 2000]


async def test_a_draft_survives_a_reload(alice: Guest, story: Story) -> None:
    await alice.box.press_sequentially("Half a thou")
    await alice.page.reload()
    await alice.is_connected()
    await expect(alice.box).to_have_value("Half a thou")
    await alice.says("Half a thought")
    await alice.page.reload()
    await alice.is_connected()
    await expect(alice.box).to_have_value("")
    assert await bodies(story) == ["Half a thought"]


async def test_messages_typed_fast_arrive_in_their_order(alice: Guest, bob: Guest) -> None:
    texts = [f"Fast line {number}" for number in range(6)]
    for text in texts:
        await alice.box.fill(text)
        await alice.box.press("Enter")
    await expect(bob.messages).to_have_text(texts)
    await expect(alice.messages).to_have_text(texts)


async def bodies(story: Story) -> list[str]:
    """Return the texts that the server has stored."""
    return [message["body"] for message in (await story.bob.read())["messages"]]

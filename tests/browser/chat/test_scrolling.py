"""At the bottom the log follows new messages; further up it stays where the reader is."""

from playwright.async_api import expect

from tests.browser.page_actions import Guest
from tests.support.api_fixtures import Story

NEAR = 2  # px; a fraction of a pixel may remain

SCROLLED = """log => ({
    promise: new Promise(done => log.addEventListener('scrollend', () => done(), { once: true }))
})"""
TO_THE_END = "log => log.scrollHeight - log.clientHeight - log.scrollTop"


async def test_a_reader_at_the_bottom_stays_there(alice: Guest, story: Story) -> None:
    await fills(alice, story, 25)
    assert await to_the_end(alice) < NEAR
    await story.bob.say("One more\nwith\nfour\nlines")
    await alice.sees("One more with four lines")
    assert await to_the_end(alice) < NEAR
    await alice.says("Mine too")
    assert await to_the_end(alice) < NEAR


async def test_the_bottom_stays_in_view_when_the_window_shrinks(alice: Guest, story: Story) -> None:
    await fills(alice, story, 25)
    await alice.page.set_viewport_size({"width": 390, "height": 420})
    await expect(alice.messages.last).to_be_in_viewport(ratio=1)
    await alice.box.fill("a\nb\nc\nd")
    await expect(alice.messages.last).to_be_in_viewport(ratio=1)


async def test_a_reader_further_up_gets_a_button_that_jumps_to_the_new_messages(
    alice: Guest, story: Story
) -> None:
    await fills(alice, story, 24)
    await scrolls_up(alice)
    for number in range(3):
        await story.bob.say(f"News {number}")
    await expect(alice.button("3 new messages")).to_be_visible()
    assert await to_the_end(alice) > 100
    await alice.button("3 new messages").click()
    await expect(alice.messages.last).to_be_in_viewport(ratio=1)
    assert await to_the_end(alice) < NEAR
    await expect(alice.button("new message")).to_have_count(0)


async def test_a_reader_of_a_message_that_is_dropped_continues_at_the_oldest_one_left(
    alice: Guest, story: Story
) -> None:
    await fills(alice, story, 30)
    await scrolls_up(alice)
    for number in range(40):
        await story.bob.say(f"News {number}")
    await expect(alice.messages.last).to_have_text("News 39")
    await expect(alice.message("News 10")).to_be_in_viewport()  # partly visible is enough
    await expect(alice.button("30 new messages")).to_be_visible()


async def test_the_messages_in_view_do_not_move_when_older_ones_are_dropped(
    alice: Guest, story: Story
) -> None:
    await fills(alice, story, 30)
    await scrolls_up(alice)
    message = alice.message("Line 12 of a long evening")
    before = await message.bounding_box()
    for number in range(5):
        await story.bob.say(f"News {number}")
    await expect(alice.button("5 new messages")).to_be_visible()
    await expect(alice.messages).to_have_count(30)
    assert before is not None
    after = await message.bounding_box()
    assert after is not None
    assert abs(after["y"] - before["y"]) < NEAR


async def test_posting_scrolls_to_the_bottom(alice: Guest, story: Story) -> None:
    await fills(alice, story, 25)
    await scrolls_up(alice)
    await alice.says("Back to the present")
    await expect(alice.message("Back to the present")).to_be_in_viewport(ratio=1)
    assert await to_the_end(alice) < NEAR


async def fills(reader: Guest, story: Story, count: int) -> None:
    for number in range(count):
        person = story.alice if number % 3 else story.bob
        await person.say(f"Line {number} of a long evening")
    await expect(reader.messages).to_have_count(count)


async def scrolls_up(guest: Guest) -> None:
    """Turn the mouse wheel until line 12 is in view."""
    scrolled = await guest.log.evaluate_handle(SCROLLED)
    await guest.log.hover()
    await guest.page.mouse.wheel(0, -500)
    await scrolled.evaluate("scrolled => scrolled.promise")
    await expect(guest.message("Line 12 of a long evening")).to_be_in_viewport()
    assert await to_the_end(guest) > NEAR


async def to_the_end(guest: Guest) -> float:
    return float(await guest.log.evaluate(TO_THE_END))

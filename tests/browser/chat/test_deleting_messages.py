"""Messages are deleted with a mouse, a thumb or keys, for everybody, and never by accident."""

import asyncio

from playwright.async_api import Route, expect

from tests.browser.conftest import Arrival, enters_chat
from tests.browser.keyboard_checks import tabs_to
from tests.browser.layout_checks import PHONE, TOUCH, fits
from tests.browser.page_actions import Guest
from tests.support.api_fixtures import Story


async def test_an_author_deletes_a_message_for_everybody(alice: Guest, bob: Guest) -> None:
    await alice.says("I know who did it")
    await bob.says("Don't tell!")
    for one in (alice, bob):
        await one.sees("Don't tell!")
    await bob.message("I know who did it").hover()
    await expect(bob.button("Delete message")).to_have_count(0)
    await deletes(bob, "Don't tell!")
    for one in (alice, bob):
        await expect(one.messages).to_have_text(["I know who did it", "Message deleted"])
    await deletes(alice, "I know who did it")
    for one in (alice, bob):
        await expect(one.messages).to_have_text(["Message deleted"] * 2)
    await bob.page.reload()
    await expect(bob.messages).to_have_text(["Message deleted"] * 2)


async def test_a_host_deletes_the_message_of_a_guest(alice: Guest, bob: Guest) -> None:
    await bob.says("The butler did it")
    await alice.sees("The butler did it")
    await deletes(alice, "The butler did it")
    for one in (alice, bob):
        await expect(one.messages).to_have_text(["Message deleted"])


async def test_the_button_appears_for_a_reader_who_focused_the_log_before_the_tools_were_loaded(
    alice: Guest, story: Story
) -> None:
    await story.bob.say("The butler did it")
    loading = asyncio.Event()

    async def late(route: Route) -> None:
        await loading.wait()
        await route.continue_()

    await alice.page.route("**/host/index.js", late)
    await alice.page.reload()
    await alice.sees("The butler did it")
    await tabs_to(alice.page, alice.log)
    loading.set()
    delete = alice.button("Delete message")
    await expect(delete).to_have_accessible_name("Delete message: The butler did it")


async def test_a_message_is_deleted_without_a_mouse(alice: Guest, story: Story) -> None:
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


async def test_a_message_is_deleted_by_touch_and_not_by_a_double_tap(
    arrive: Arrival, story: Story
) -> None:
    await story.alice.say("Typed with a thumb")
    alice = await enters_chat(
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


async def test_a_thumb_held_down_while_the_tools_load_shows_the_button(
    arrive: Arrival, story: Story
) -> None:
    await story.alice.say("Typed with a thumb")
    newcomer = await arrive("Alice", viewport=PHONE, has_touch=True, is_mobile=True)
    loading = asyncio.Event()

    async def late(route: Route) -> None:
        await loading.wait()
        await route.continue_()

    await newcomer.page.route("**/host/index.js", late)
    alice = await enters_chat(newcomer, story.alice)
    box = await alice.message("Typed with a thumb").bounding_box()
    assert box is not None
    thumb = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    devtools = await alice.page.context.new_cdp_session(alice.page)
    await devtools.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [thumb]})
    loading.set()
    await expect(alice.button("Delete message")).to_be_visible()
    await devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await expect(alice.button("Delete message")).to_be_visible()


async def deletes(guest: Guest, text: str) -> None:
    """Point at the message, press its button, and press again to confirm."""
    await guest.message(text).hover()
    await guest.message(text).get_by_role("button", name="Delete message").click()
    await guest.message(text).get_by_role("button", name="Really delete message").click()

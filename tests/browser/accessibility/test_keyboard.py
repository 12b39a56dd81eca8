"""Everything works without a mouse, and every control has a name."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrival
from tests.browser.keyboard_checks import names_everything, tabs_to
from tests.browser.message_posts import refuse_posts
from tests.browser.page_actions import Guest
from tests.support.api_fixtures import Story


async def test_a_person_starts_a_chat_and_posts_without_a_mouse(
    arrive: Arrival, story: Story
) -> None:
    dora = await arrive("Dora")
    await dora.opens("/")
    await tabs_to(dora.page, dora.name_box)
    await dora.page.keyboard.type("Dora")
    await tabs_to(dora.page, dora.button("Start a watch party"))
    await dora.page.keyboard.press("Enter")
    await dora.is_in()
    await tabs_to(dora.page, dora.button("Copy invite link"))
    await tabs_to(dora.page, dora.box)
    await dora.page.keyboard.type("No mouse was harmed")
    await dora.page.keyboard.press("Enter")
    await dora.sees("No mouse was harmed")
    await expect(dora.box).to_be_focused()


async def test_an_invitation_is_accepted_without_a_mouse(arrive: Arrival, story: Story) -> None:
    dora = await arrive("Dora")
    await dora.opens(f"/chat/{story.chat_id}#{story.magic_key}")
    await tabs_to(dora.page, dora.name_box)
    await dora.page.keyboard.type("Dora")
    await dora.page.keyboard.press("Enter")
    await dora.is_in()


async def test_a_refused_message_is_retried_without_a_mouse(alice: Guest, story: Story) -> None:
    alice.monitor.expect_errors("status of 400")
    await alice.page.route(f"**/{story.chat_id}", refuse_posts)
    await alice.box.fill("By keyboard, please")
    await alice.box.press("Enter")
    await tabs_to(alice.page, alice.button("Retry"))
    await alice.page.unroute(f"**/{story.chat_id}")
    await alice.page.keyboard.press("Enter")
    await expect(alice.log).not_to_contain_text("Not sent")
    await alice.has_sent()
    assert [m["body"] for m in (await story.bob.read())["messages"]] == ["By keyboard, please"]


async def test_the_log_can_be_reached_and_scrolled_with_keys(alice: Guest, story: Story) -> None:
    for number in range(30):
        await story.bob.say(f"Line {number}\nof a long\nevening")
    await expect(alice.messages).to_have_count(30)
    await tabs_to(alice.page, alice.log)
    await alice.page.keyboard.press("Home")
    await expect(alice.message("Line 0 of a long evening")).to_be_in_viewport()


async def test_escape_closes_the_popover_and_returns_the_focus(alice: Guest) -> None:
    invite = alice.button("Copy invite link")
    await invite.focus()
    await alice.page.keyboard.press("Enter")
    close = alice.button("Close")
    await tabs_to(alice.page, close)
    await alice.page.keyboard.press("Escape")
    await expect(close).to_have_count(0)
    await expect(invite).to_be_focused()


@pytest.mark.parametrize("path", ["/", "/username", "/chat/{}#{}"])
async def test_every_control_before_the_chat_has_a_name(
    arrive: Arrival, story: Story, path: str
) -> None:
    dora = await arrive("Dora")
    await dora.opens(path.format(story.chat_id, story.magic_key))
    await expect(dora.name_box).to_be_visible()
    await names_everything(dora.page)
    await expect(dora.page.get_by_role("heading", level=1)).to_have_count(1)


async def test_every_control_in_the_chat_has_a_name(alice: Guest, story: Story) -> None:
    alice.monitor.expect_errors("status of 400")
    await story.bob.say("Look: https://example.org/film")
    await alice.sees("Look: https://example.org/film")
    await alice.page.route(f"**/{story.chat_id}", refuse_posts)
    await alice.box.fill("This one fails")
    await alice.box.press("Enter")
    await expect(alice.button("Retry")).to_be_visible()
    await alice.button("Copy invite link").click()
    await expect(alice.button("Close")).to_be_visible()
    await names_everything(alice.page)
    await expect(alice.page.locator("body")).to_match_aria_snapshot("""
        - banner:
          - heading "Watch Party" [level=1]
          - 'button "People: Bob and you"'
          - status "Connection": Connected
          - button "Copy invite link"
        - main:
          - log "Messages":
            - list:
              - listitem:
                - link "https://example.org/film"
            - list:
              - listitem:
                - button "Retry"
        - textbox "Message"
        - button "Send"
    """)

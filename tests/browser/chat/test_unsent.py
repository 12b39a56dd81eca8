"""Unsent messages survive reloads, restarts and closed tabs, and are posted once."""

import asyncio
from pathlib import Path

from playwright.async_api import Playwright, Route, expect

from tests.browser import chromium
from tests.browser.conftest import enters_chat
from tests.browser.message_posts import (
    bodies,
    fail_posts,
    posts_of,
    refuse_posts,
    writes,
    writes_without_connection,
)
from tests.browser.page_actions import Guest
from tests.browser.page_errors import PageMonitor
from tests.support.api_fixtures import Story

UNSENT_KEYS = "Object.keys(localStorage).filter(key => key.startsWith('watchparty:letter:'))"

# Make every unsent message older.
AGE = f"""seconds => {UNSENT_KEYS}.forEach(key => {{
    const message = JSON.parse(localStorage.getItem(key));
    message.at -= seconds * 1000;
    localStorage.setItem(key, JSON.stringify(message));
}})"""

# Make the browser's storage full: it keeps its entries and accepts no new ones.
FULL = """() => {
    Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
    };
}"""

HOUR = 3600  # seconds


async def test_unsent_messages_survive_a_reload_and_are_sent_in_order(
    alice: Guest, bob: Guest, story: Story
) -> None:
    await writes_without_connection(alice, story, "Do not forget me", "Nor me")
    await alice.page.reload()
    await alice.is_connected()
    await alice.sees_in_log("Do not forget me")
    await alice.sees_in_log("Nor me")
    await alice.page.unroute(f"**/{story.chat_id}")
    await alice.has_sent()
    await expect(bob.messages).to_have_text(["Do not forget me", "Nor me"])
    await expect(alice.messages).to_have_text(["Do not forget me", "Nor me"])
    assert await bodies(story) == ["Do not forget me", "Nor me"]
    assert await alice.page.evaluate(UNSENT_KEYS) == []


async def test_a_refused_message_is_still_refused_after_a_reload(
    alice: Guest, story: Story
) -> None:
    alice.monitor.expect_errors("status of 400")
    await alice.page.route(f"**/{story.chat_id}", refuse_posts)
    await writes(alice, "May I?")
    await expect(alice.button("Retry")).to_be_visible()
    await alice.page.unroute(f"**/{story.chat_id}")
    await alice.page.reload()
    await alice.says("Something else")
    await expect(alice.log).to_contain_text("Not in that tone.")
    assert await bodies(story) == ["Something else"]
    await alice.button("Retry").click()
    await alice.has_sent()
    assert await bodies(story) == ["Something else", "May I?"]


async def test_a_message_whose_answer_was_lost_is_recognised_after_a_reload(
    alice: Guest, story: Story
) -> None:
    await writes_without_connection(alice, story, "Delivered")
    kept = await alice.page.evaluate(f"{UNSENT_KEYS}.map(key => [key, localStorage.getItem(key)])")
    await alice.page.unroute(f"**/{story.chat_id}")
    await expect(alice.message("Delivered")).to_have_attribute("data-state", "sent")
    posts = posts_of(alice)
    await alice.page.evaluate("kept => kept.forEach(one => localStorage.setItem(...one))", kept)
    await alice.page.reload()
    await alice.is_connected()
    await alice.sees("Delivered")
    assert await alice.page.evaluate(UNSENT_KEYS) == []
    assert posts == []


async def test_an_unsent_message_survives_a_restart_of_the_browser(
    playwright: Playwright, origin: str, story: Story, tmp_path: Path
) -> None:
    before = await opens_browser(playwright, origin, tmp_path)
    await enters_chat(before, story.alice)
    await writes_without_connection(before, story, "See you after the restart")
    await before.context.close()
    after = await opens_browser(playwright, origin, tmp_path)
    await after.opens(f"/chat/{story.chat_id}")
    await after.sees("See you after the restart")
    await after.has_sent()
    assert await bodies(story) == ["See you after the restart"]
    await after.context.close()


async def test_a_message_of_23_hours_ago_is_sent_only_after_a_question(
    alice: Guest, story: Story
) -> None:
    await writes_without_connection(alice, story, "Is it on yet?", "Hello?")
    await alice.page.evaluate(AGE, 23 * HOUR)
    await alice.page.reload()
    await expect(alice.log.get_by_text("Still send it?")).to_have_count(2)
    await alice.page.unroute(f"**/{story.chat_id}")
    await alice.says("Good morning")
    assert await bodies(story) == ["Good morning"]
    await alice.button("Send it").first.click()
    await alice.has_sent()
    assert await bodies(story) == ["Good morning", "Is it on yet?"]
    await alice.button("Discard").click()
    await alice.page.reload()
    await expect(alice.messages).to_have_text(["Good morning", "Is it on yet?"])
    assert await bodies(story) == ["Good morning", "Is it on yet?"]


async def test_a_message_of_22_hours_ago_is_sent_without_a_question(
    alice: Guest, story: Story
) -> None:
    await writes_without_connection(alice, story, "Starting soon")
    await alice.page.evaluate(AGE, 22 * HOUR)
    await alice.page.reload()
    await alice.page.unroute(f"**/{story.chat_id}")
    await alice.has_sent()
    await alice.sees("Starting soon")
    assert await bodies(story) == ["Starting soon"]


async def test_two_tabs_send_each_stored_message_once(alice: Guest, story: Story) -> None:
    await writes_without_connection(alice, story, "One", "Two", "Three")
    tab = await alice.another_tab("Alice")
    await tab.page.route(f"**/{story.chat_id}", fail_posts)
    await tab.opens(f"/chat/{story.chat_id}")
    await expect(tab.log).to_contain_text("Waiting for the connection")
    both = asyncio.Barrier(2)

    async def at_once(route: Route) -> None:
        await both.wait()
        await route.continue_()

    for page in (alice.page, tab.page):
        await page.route(f"**/{story.chat_id}", at_once, times=1)
        await page.unroute(f"**/{story.chat_id}", fail_posts)
    for reader in (alice, tab):
        await reader.has_sent()
        await expect(reader.messages).to_have_text(["One", "Two", "Three"])
    assert await bodies(story) == ["One", "Two", "Three"]


async def test_a_message_from_a_clock_that_was_ahead_is_not_forgotten(
    alice: Guest, story: Story
) -> None:
    await writes_without_connection(alice, story, "From the future")
    await alice.page.evaluate(AGE, -HOUR)
    await alice.page.unroute(f"**/{story.chat_id}")
    await alice.page.reload()
    await alice.sees("From the future")
    await alice.has_sent()
    assert await bodies(story) == ["From the future"]


async def test_another_tab_sends_the_unsent_messages_of_a_closed_tab(
    alice: Guest, story: Story
) -> None:
    tab = await alice.another_tab("Alice")
    await tab.opens(f"/chat/{story.chat_id}")
    await tab.is_connected()
    await writes_without_connection(tab, story, "Famous last words")
    await tab.page.close()
    await alice.page.evaluate(AGE, 60)
    await story.bob.say("Anybody else?")
    await alice.sees("Famous last words")
    await alice.has_sent()
    assert sorted(await bodies(story)) == ["Anybody else?", "Famous last words"]


async def test_a_full_storage_loses_no_message_on_the_page(alice: Guest, story: Story) -> None:
    await alice.page.evaluate(FULL)
    await writes_without_connection(alice, story, "Still here", "Me too")
    await alice.sees_in_log("Still here")
    await alice.page.unroute(f"**/{story.chat_id}")
    await alice.has_sent()
    await expect(alice.messages).to_have_text(["Still here", "Me too"])
    assert await bodies(story) == ["Still here", "Me too"]


async def opens_browser(playwright: Playwright, origin: str, folder: Path) -> Guest:
    """Start a separate browser whose profile stays in the folder."""
    context = await chromium.start_profile(playwright, folder)
    return Guest("Alice", origin, context.pages[0], PageMonitor(context, origin))

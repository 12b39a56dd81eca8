"""A message is sent once, automatically; a refused message waits for Retry."""

import asyncio
import time

from playwright.async_api import Route, expect

from tests.browser.message_posts import (
    bodies,
    fail_posts,
    holding_answers,
    lose_answers,
    posts_of,
    refuse_posts,
    writes,
)
from tests.browser.page_actions import Guest
from tests.browser.page_errors import UNREACHABLE
from tests.support.api_fixtures import Story

BUSY = r"status of (429|503)"
REFUSED = r"status of 400"


async def test_a_message_written_offline_waits_and_is_sent_automatically(
    alice: Guest, bob: Guest, story: Story
) -> None:
    alice.monitor.expect_errors(UNREACHABLE)
    await alice.page.route(f"**/{story.chat_id}", fail_posts)
    await writes(alice, "Can you hear me?")
    await expect(alice.log).to_contain_text("Waiting for the connection")
    await expect(alice.box).to_have_value("")
    await expect(alice.box).to_be_enabled()
    await writes(alice, "Hello?")
    await alice.sees_in_log("Can you hear me?")
    await alice.sees_in_log("Hello?")
    await expect(alice.button("Retry")).to_have_count(0)
    await alice.page.unroute(f"**/{story.chat_id}")
    await bob.sees("Hello?")
    await alice.has_sent()
    await alice.sees("Can you hear me?")
    assert await bodies(story) == ["Can you hear me?", "Hello?"]


async def test_a_refused_message_is_marked_and_retry_sends_it(
    alice: Guest, bob: Guest, story: Story
) -> None:
    alice.monitor.expect_errors(REFUSED)
    await alice.page.route(f"**/{story.chat_id}", refuse_posts)
    await writes(alice, "May I?")
    await expect(alice.log).to_contain_text("Not sent")
    await expect(alice.log).to_contain_text("Not in that tone.")
    await alice.page.unroute(f"**/{story.chat_id}")
    await alice.button("Retry").click()
    await bob.sees("May I?")
    await alice.has_sent()
    await expect(alice.log).not_to_contain_text("Not sent")
    await alice.sees("May I?")
    assert await bodies(story) == ["May I?"]


async def test_pressing_retry_twice_sends_once(alice: Guest, story: Story) -> None:
    alice.monitor.expect_errors(REFUSED)
    await alice.page.route(f"**/{story.chat_id}", refuse_posts)
    await writes(alice, "Only once, please")
    await expect(alice.button("Retry")).to_be_visible()
    await alice.page.unroute(f"**/{story.chat_id}")
    await alice.button("Retry").evaluate("button => { button.click(); button.click() }")
    await expect(alice.log).not_to_contain_text("Not sent")
    await alice.has_sent()
    await alice.says("And this after it")
    assert await bodies(story) == ["Only once, please", "And this after it"]


async def test_a_discarded_message_disappears_and_is_never_sent(alice: Guest, story: Story) -> None:
    alice.monitor.expect_errors(REFUSED)
    await alice.page.route(f"**/{story.chat_id}", refuse_posts)
    await writes(alice, "On second thoughts")
    await alice.button("Discard").click()
    await expect(alice.log).not_to_contain_text("On second thoughts")
    await alice.page.unroute(f"**/{story.chat_id}")
    await alice.page.reload()
    await alice.is_connected()
    await alice.says("Something else")
    assert await bodies(story) == ["Something else"]


async def test_a_refused_message_does_not_block_the_next_ones(alice: Guest, story: Story) -> None:
    alice.monitor.expect_errors(REFUSED)
    await alice.page.route(f"**/{story.chat_id}", refuse_posts)
    await writes(alice, "The first is refused")
    await expect(alice.log).to_contain_text("Not sent")
    await alice.page.unroute(f"**/{story.chat_id}")
    await writes(alice, "The second goes")
    await alice.has_sent()
    assert await bodies(story) == ["The second goes"]
    await alice.button("Retry").click()
    await expect(alice.log).not_to_contain_text("Not sent")
    await expect(alice.messages).to_have_text(["The second goes", "The first is refused"])


async def test_a_message_whose_answer_is_lost_is_sent_again_with_the_same_key(
    alice: Guest, bob: Guest, story: Story
) -> None:
    alice.monitor.expect_errors(UNREACHABLE)
    posts = posts_of(alice)
    await alice.page.route(f"**/{story.chat_id}", lose_answers, times=2)
    await writes(alice, "Heard, but not acknowledged")
    await bob.sees("Heard, but not acknowledged")
    await alice.has_sent()
    await alice.sees("Heard, but not acknowledged")
    await alice.says("Acknowledged")
    assert await bodies(story) == ["Heard, but not acknowledged", "Acknowledged"]
    keys = [post.headers["idempotency-key"] for post in posts]
    assert len(set(keys)) == 2
    assert min(map(len, keys)) >= 128 / 4  # in hexadecimal


async def test_a_message_may_arrive_by_poll_before_its_post_is_answered(
    alice: Guest, story: Story
) -> None:
    held = asyncio.Event()
    await alice.says("Before")
    await alice.counts_messages()
    await alice.page.route(f"**/{story.chat_id}", holding_answers(held))
    await writes(alice, "Twice as fast")
    await expect(alice.message("Twice as fast")).to_have_attribute("data-state", "sent")
    assert not held.is_set()
    held.set()
    await alice.says("After")
    await expect(alice.messages).to_have_text(["Before", "Twice as fast", "After"])
    assert await alice.most_messages() == 3


async def test_a_message_waits_for_the_retry_after_of_a_busy_server(
    alice: Guest, story: Story
) -> None:
    alice.monitor.expect_errors(BUSY)
    times: list[float] = []

    async def be_busy(route: Route) -> None:
        times.append(time.monotonic())
        status, code = (429, "rate_limited") if len(times) == 1 else (503, "unavailable")
        ours = {"error": code, "message": "Take a breath."}
        await route.fulfill(status=status, headers={"Retry-After": "1"}, json=ours)

    posts = posts_of(alice)
    await alice.page.route(f"**/{story.chat_id}", be_busy, times=2)
    await writes(alice, "No hurry")
    await alice.sees("No hurry")
    await expect(alice.message("No hurry")).to_have_attribute("data-state", "sent")
    assert times[1] - times[0] >= 1
    assert len(posts) == 3
    assert len({post.headers["idempotency-key"] for post in posts}) == 1
    assert await bodies(story) == ["No hurry"]

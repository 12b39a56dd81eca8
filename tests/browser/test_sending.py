"""A message that could not be sent says so and waits for Retry; none is sent twice."""

from playwright.async_api import Route, expect

from tests.browser.guests import Guest
from tests.browser.witness import UNREACHABLE
from tests.people import Story


async def test_a_message_that_cannot_leave_is_kept_and_sent_by_retry(
    alice: Guest, bob: Guest, story: Story
) -> None:
    alice.witness.forgive(UNREACHABLE)
    await alice.page.route(f"**/{story.chat_id}", fail_posts)
    await writes(alice, "Can you hear me?")
    await expect(alice.log).to_contain_text("Not sent")
    await expect(alice.box).to_have_value("")
    await expect(alice.box).to_be_enabled()
    await alice.sees_in_log("Can you hear me?")
    await alice.page.unroute(f"**/{story.chat_id}")
    await alice.button("Retry").click()
    await bob.sees("Can you hear me?")
    await alice.has_sent()
    await expect(alice.log).not_to_contain_text("Not sent")
    await alice.sees("Can you hear me?")
    assert await bodies(story) == ["Can you hear me?"]


async def test_pressing_retry_twice_sends_once(alice: Guest, story: Story) -> None:
    alice.witness.forgive(UNREACHABLE)
    await alice.page.route(f"**/{story.chat_id}", fail_posts)
    await writes(alice, "Only once, please")
    await expect(alice.button("Retry")).to_be_visible()
    await alice.page.unroute(f"**/{story.chat_id}")
    await alice.button("Retry").evaluate("button => { button.click(); button.click() }")
    await expect(alice.log).not_to_contain_text("Not sent")
    await alice.has_sent()
    await alice.says("And this after it")
    assert await bodies(story) == ["Only once, please", "And this after it"]


async def test_a_message_whose_answer_was_lost_is_recognised_when_a_poll_brings_it(
    alice: Guest, bob: Guest, story: Story
) -> None:
    alice.witness.forgive(UNREACHABLE)
    await alice.page.route(f"**/{story.chat_id}", lose_answers)
    await writes(alice, "Heard, but not acknowledged")
    await bob.sees("Heard, but not acknowledged")
    await alice.sees("Heard, but not acknowledged")
    await expect(alice.log).not_to_contain_text("Not sent")
    assert await bodies(story) == ["Heard, but not acknowledged"]


async def test_a_discarded_message_is_gone_and_was_never_sent(alice: Guest, story: Story) -> None:
    alice.witness.forgive(UNREACHABLE)
    await alice.page.route(f"**/{story.chat_id}", fail_posts)
    await writes(alice, "On second thoughts")
    await alice.button("Discard").click()
    await expect(alice.log).not_to_contain_text("On second thoughts")
    assert await bodies(story) == []


async def test_the_rest_goes_out_when_one_message_failed(alice: Guest, story: Story) -> None:
    alice.witness.forgive(UNREACHABLE)
    await alice.page.route(f"**/{story.chat_id}", fail_posts)
    await writes(alice, "The first fails")
    await expect(alice.log).to_contain_text("Not sent")
    await alice.page.unroute(f"**/{story.chat_id}")
    await writes(alice, "The second goes")
    await alice.has_sent()
    assert await bodies(story) == ["The second goes"]
    await alice.button("Retry").click()
    await expect(alice.log).not_to_contain_text("Not sent")
    await expect(alice.messages).to_have_text(["The second goes", "The first fails"])


async def writes(guest: Guest, text: str) -> None:
    await guest.box.fill(text)
    await guest.box.press("Enter")


async def fail_posts(route: Route) -> None:
    await (route.abort() if route.request.method == "POST" else route.continue_())


async def lose_answers(route: Route) -> None:
    if route.request.method == "POST":
        await route.fetch()
        await route.abort()
    else:
        await route.continue_()


async def bodies(story: Story) -> list[str]:
    """What the server has."""
    return [message["body"] for message in (await story.bob.read())["messages"]]

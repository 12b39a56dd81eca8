"""A page sends the next poll as soon as the previous one is answered, and not before."""

import math
from itertools import pairwise

from playwright.async_api import expect

from tests.browser.conftest import Arrival, enters_chat
from tests.browser.page_actions import Guest
from tests.browser.poll_calls import ALONE, POLL, reloads_with, shared_or_alone
from tests.support.api_fixtures import Story
from tests.support.faulty_proxy import Call, FaultyProxy
from tests.support.waiting import until

PAUSE_MAX = 1.0  # seconds; a page that polls on a timer pauses longer, a busy machine should not

HIDE = """hidden => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange'));
}"""


@shared_or_alone
async def test_a_page_sends_one_poll_at_a_time_and_never_pauses(
    alice: Guest, story: Story, proxy: FaultyProxy, script: str
) -> None:
    before = await reloads_with(alice, story, proxy, script)
    for number in range(8):
        await story.bob.say(f"Line number {number}")
        await alice.sees(f"Line number {number}")
    await alice.says("My own line")
    await alice.sees("My own line")
    await story.bob.say("The last line")
    await alice.sees("The last line")
    polls = proxy.matching(POLL)[before:]
    assert len(polls) >= 9
    assert max(gaps(polls)) < PAUSE_MAX
    assert min(gaps(polls)) >= 0


@shared_or_alone
async def test_a_page_without_news_polls_once_and_waits(
    alice: Guest, story: Story, proxy: FaultyProxy, script: str
) -> None:
    before = await reloads_with(alice, story, proxy, script)
    [held] = proxy.held(POLL)
    await story.bob.say("Nothing before this")
    await alice.sees("Nothing before this")
    assert held.answered
    assert len(proxy.matching(POLL)[before:]) <= 2


async def test_a_tab_in_the_background_keeps_polling(
    alice: Guest, story: Story, proxy: FaultyProxy
) -> None:
    chrome = await alice.context.new_cdp_session(alice.page)
    await chrome.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    other = await alice.context.new_page()
    await other.bring_to_front()
    await alice.page.evaluate(HIDE, True)
    for number in range(3):
        await story.bob.say(f"Line number {number}")
        await alice.sees(f"Line number {number}")
    await until(lambda: len(proxy.held(POLL)) == 1)
    await expect(alice.connection).to_have_text("Connected")


async def test_without_a_shared_worker_a_hidden_tab_gives_up_its_connection(
    alice: Guest, story: Story, proxy: FaultyProxy
) -> None:
    await reloads_with(alice, story, proxy, ALONE)
    await alice.page.evaluate(HIDE, True)
    await until(lambda: not proxy.held(POLL))
    await story.bob.say("Nobody looks")
    assert proxy.held(POLL) == []
    await alice.page.evaluate(HIDE, False)
    await alice.sees("Nobody looks")
    await story.bob.say("Somebody does")
    await alice.sees("Somebody does")


async def test_a_page_whose_worker_does_not_start_polls_by_itself(
    arrive: Arrival, story: Story, proxy: FaultyProxy
) -> None:
    proxy.refuse("poll-worker")
    alice = await enters_chat(await arrive("Alice"), story.alice)
    await story.bob.say("By the old way")
    await alice.sees("By the old way")
    await until(lambda: len(proxy.held("[?&]since=")) == 1)


def gaps(polls: list[Call]) -> list[float]:
    """Return the seconds between each answer and the next poll."""
    return [after.sent - (poll.answered or math.inf) for poll, after in pairwise(polls)]

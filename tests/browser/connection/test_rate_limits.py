"""A rate-limited page waits, and does not report an outage meanwhile."""

from playwright.async_api import expect

from tests.browser.conftest import Arrival
from tests.browser.message_posts import bodies, writes
from tests.browser.page_actions import Guest
from tests.browser.page_errors import UNREACHABLE
from tests.browser.page_fixtures import store_auth_key
from tests.browser.poll_calls import POLL, RECORD, reloads_with, shared_or_alone
from tests.support.api_fixtures import Story
from tests.support.faulty_proxy import Call, FaultyProxy
from tests.support.waiting import until

LIMITED = "status of 429"
WAIT = 2  # seconds


@shared_or_alone
async def test_a_rate_limited_poll_waits_and_is_not_announced_as_an_outage(
    alice: Guest, story: Story, proxy: FaultyProxy, script: str
) -> None:
    await reloads_with(alice, story, proxy, script)
    alice.monitor.expect_errors(LIMITED)
    await alice.connection.evaluate(RECORD)
    proxy.limit(POLL, WAIT)
    await story.bob.say("This ends the poll that was held")
    await alice.sees("This ends the poll that was held")
    refused = await first_refused(proxy, POLL)
    proxy.heal()
    await story.bob.say("Said while she waited")
    await alice.page.wait_for_timeout(300)  # let the page read the refusal first
    await alice.page.evaluate("dispatchEvent(new Event('online'))")  # must not end the wait
    await alice.sees("Said while she waited")
    after = proxy.matching(POLL)[proxy.matching(POLL).index(refused) + 1 :]
    assert after[0].sent - refused.sent >= WAIT
    assert len(after) <= 2
    await alice.is_connected()
    assert await alice.page.evaluate("announced") == []


async def test_a_rate_limited_message_is_shown_as_waiting_and_sent_once(
    alice: Guest, bob: Guest, story: Story, proxy: FaultyProxy
) -> None:
    alice.monitor.expect_errors(LIMITED)
    post = rf"^POST /{story.chat_id}$"
    proxy.limit(post, WAIT)
    await writes(alice, "In a hurry")
    await expect(alice.message("In a hurry")).to_have_attribute("data-state", "busy")
    await writes(alice, "And another one")
    await expect(alice.log.get_by_text("Waiting a moment…")).to_have_count(2)
    await expect(alice.log).not_to_contain_text("connection")
    await expect(alice.button("Retry")).to_have_count(0)
    [refused] = proxy.matching(post)
    proxy.heal()
    await bob.sees("And another one")
    await alice.has_sent()
    assert proxy.matching(post)[1].sent - refused.sent >= WAIT
    assert len(proxy.matching(post)) == 3
    assert await bodies(story) == ["In a hurry", "And another one"]
    await alice.is_connected()


async def test_a_rate_limited_message_waits_for_the_connection_after_an_outage(
    alice: Guest, story: Story, proxy: FaultyProxy
) -> None:
    alice.monitor.expect_errors(LIMITED, UNREACHABLE)
    proxy.limit(rf"^POST /{story.chat_id}$", 1)
    await writes(alice, "One thing after another")
    await expect(alice.log).to_contain_text("Waiting a moment…")
    proxy.cut()
    await expect(alice.log).to_contain_text("Waiting for the connection…")
    await expect(alice.log).not_to_contain_text("Waiting a moment…")
    proxy.heal()
    await alice.has_sent()
    assert await bodies(story) == ["One thing after another"]


async def test_a_page_that_is_rate_limited_at_the_start_shows_that_it_connects(
    arrive: Arrival, story: Story, proxy: FaultyProxy
) -> None:
    alice = await arrive("Alice")
    alice.monitor.expect_errors(LIMITED)
    await store_auth_key(alice, story.alice.auth_key)
    first = rf"^GET /{story.chat_id}"
    proxy.limit(first, 1)
    await alice.opens(f"/chat/{story.chat_id}")
    await first_refused(proxy, first)
    await expect(alice.connection).to_have_text("Connecting…")
    proxy.heal()
    await alice.is_connected()


async def first_refused(proxy: FaultyProxy, calls: str) -> Call:
    """Wait until a call is refused, and return the first such call."""

    def refused() -> list[Call]:
        return [call for call in proxy.matching(calls) if call.refused]

    await until(lambda: bool(refused()))
    return refused()[0]

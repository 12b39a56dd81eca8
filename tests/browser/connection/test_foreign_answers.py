"""Answers that are not the party's: captive portals, proxies whose server restarts.

Whatever they say, nobody is thrown out, nothing is lost or doubled, and the page heals by itself.
"""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Arrival
from tests.browser.message_posts import bodies, writes
from tests.browser.page_actions import Guest
from tests.browser.page_errors import UNREACHABLE
from tests.browser.page_fixtures import Party
from tests.browser.poll_calls import POLL, reloads_with, shared_or_alone
from tests.support.api_fixtures import Story
from tests.support.faulty_proxy import Fault, FaultyProxy
from tests.support.waiting import until

HTML = "<!doctype html><title>Please log in</title>"
HOUR = {"Retry-After": "3600"}

FAULTS = {
    "moved to a portal": Fault(302, headers={"Location": "http://127.0.0.1:9/login"}),
    "login page": Fault(200, HTML),
    "foreign JSON": Fault(200, '{"status": "ok"}', {"Content-Type": "application/json"}),
    "JSON null": Fault(200, "null", {"Content-Type": "application/json"}),
    "empty": Fault(200),
    "no content": Fault(204),
    "cut": Fault(200, '{"chats": {', claimed=900),
    "bad request": Fault(400, HTML),
    "unauthorized": Fault(401, HTML),
    "forbidden": Fault(403, HTML),
    "forbidden JSON": Fault(403, '{"error": "Forbidden"}', {"Content-Type": "application/json"}),
    "not found": Fault(404, HTML),
    "gone": Fault(410, HTML),
    "teapot": Fault(418, HTML),
    "limited for an hour": Fault(429, HTML, HOUR),
    "down for an hour": Fault(503, HTML, HOUR),
    "down for ages": Fault(503, HTML, {"Retry-After": "1e300"}),
    "bad gateway": Fault(502, HTML),
    "unknown error": Fault(599, HTML),
}
EXPECTED = ("status of [1-5]", UNREACHABLE, "CORS", "Content Security Policy", "blocked")
faults = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)


@faults
async def test_foreign_answers_to_everything_throw_nobody_out(
    party: Party, proxy: FaultyProxy, fault: Fault
) -> None:
    alice = party.alice
    alice.monitor.expect_errors(*EXPECTED)
    party.bob.monitor.expect_errors(*EXPECTED)
    proxy.answer(rf"^(GET|POST) /({party.chat_id}|poll)", fault)
    await party.bob.page.evaluate("dispatchEvent(new Event('online'))")
    await alice.page.evaluate("dispatchEvent(new Event('online'))")
    await expect(alice.connection).to_contain_text("Can't reach the party")
    await writes(alice, "Still here?")
    await expect(alice.message("Still here?")).to_have_attribute("data-state", "waiting")
    await expect(alice.button("Retry")).to_have_count(0)
    proxy.heal()
    await alice.page.evaluate("dispatchEvent(new Event('online'))")
    await party.everybody_sees("Still here?")
    await alice.is_connected()


@shared_or_alone
async def test_an_hour_is_at_most_half_a_minute_and_a_look_ends_it(
    alice: Guest, story: Story, proxy: FaultyProxy, script: str
) -> None:
    """Even if it is our own answer that says so."""
    await reloads_with(alice, story, proxy, script)
    alice.monitor.expect_errors(*EXPECTED)
    proxy.limit(POLL, 3600)
    await story.bob.say("This ends the poll that was held")
    await until(lambda: any(call.refused for call in proxy.matching(POLL)))
    proxy.heal()
    await story.bob.say("Said meanwhile")
    await alice.page.wait_for_timeout(300)  # let the page read the refusal first
    await alice.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(alice.message("Said meanwhile")).to_have_count(1, timeout=5_000)


async def test_a_foreign_refusal_keeps_the_invitation(
    arrive: Arrival, story: Story, proxy: FaultyProxy
) -> None:
    dora = await arrive("Dora")
    dora.monitor.expect_errors(*EXPECTED)
    link = story.magic_link.replace(story.alice.api.url, proxy.url)
    await dora.opens(link)
    await dora.is_invited()
    proxy.answer(r"^POST /\d+/join", Fault(403, HTML))
    await dora.name_box.fill("Dora")
    await dora.button("Join").click()
    await expect(dora.page.get_by_text("Can't reach the party")).to_be_visible()
    proxy.heal()
    await dora.button("Join").click()
    await dora.is_in()


async def test_a_silent_connection_is_amber_within_seconds(
    alice: Guest, story: Story, proxy: FaultyProxy
) -> None:
    """The lamp and the message never contradict each other."""
    alice.monitor.expect_errors(*EXPECTED)
    proxy.silence()
    await writes(alice, "Anybody?")
    await expect(alice.message("Anybody?")).to_have_attribute("data-state", "waiting")
    assert await alice.connection.text_content() == "Waiting for the connection…"
    proxy.heal()
    await alice.page.evaluate("dispatchEvent(new Event('online'))")
    await alice.has_sent()
    await alice.is_connected()
    assert await bodies(story) == ["Anybody?"]

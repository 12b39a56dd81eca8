"""The page shows whether it can reach the server, and reconnects as soon as possible."""

import re
import time

from playwright.async_api import Route, expect

from tests.browser.conftest import Arrival, enters_chat
from tests.browser.page_actions import Guest
from tests.browser.page_errors import UNREACHABLE
from tests.browser.poll_calls import ALONE, ONLINE, POLL, RECORD, reloads_with, shared_or_alone
from tests.support.api_fixtures import Story
from tests.support.faulty_proxy import FaultyProxy
from tests.support.waiting import until


@shared_or_alone
async def test_an_outage_is_announced_once_with_its_time(
    alice: Guest, story: Story, proxy: FaultyProxy, script: str
) -> None:
    await reloads_with(alice, story, proxy, script)
    alice.monitor.expect_errors(UNREACHABLE)
    await alice.connection.evaluate(RECORD)
    proxy.refuse(POLL)
    proxy.cut()
    proxy.is_cut = False
    before = len(proxy.matching(POLL))
    await until(lambda: len(proxy.matching(POLL)) > before + 2)
    await expect(alice.connection).to_have_text(
        re.compile(r"Can't reach the party.*since.*\d:\d\d")
    )
    proxy.heal()
    await alice.is_connected()
    announced = await alice.page.evaluate("announced")
    assert len(announced) == 2, announced


@shared_or_alone
async def test_after_a_sleep_the_page_replaces_a_dead_connection_at_once(
    arrive: Arrival, story: Story, proxy: FaultyProxy, script: str
) -> None:
    guest = await arrive("Alice")
    await guest.page.clock.install()
    alice = await enters_chat(guest, story.alice)
    await reloads_with(alice, story, proxy, script)
    proxy.silence()
    proxy.heal()
    await story.bob.say("Said to the sleeping")
    start = time.monotonic()
    await alice.page.clock.set_system_time(time.time() + 600)
    await alice.page.clock.fast_forward("00:05")
    await alice.sees("Said to the sleeping")
    assert time.monotonic() - start < 20  # without the check for a sleep it takes 35


async def test_a_poll_that_hangs_for_too_long_is_aborted(
    arrive: Arrival, story: Story, proxy: FaultyProxy
) -> None:
    guest = await arrive("Alice")
    await guest.page.clock.install()
    alice = await enters_chat(guest, story.alice)
    await reloads_with(alice, story, proxy, ALONE)
    proxy.silence()
    await alice.page.clock.fast_forward("00:36")
    await expect(alice.connection).to_contain_text("Can't reach the party")
    proxy.heal()
    await story.bob.say("Here I am")
    await alice.page.clock.fast_forward("00:30")
    await alice.sees("Here I am")


async def test_a_page_waits_as_long_as_the_server_asks(
    alice: Guest, story: Story, proxy: FaultyProxy
) -> None:
    times: list[float] = []

    async def busy(route: Route) -> None:
        times.append(time.monotonic())
        ours = {"error": "unavailable", "message": "Watch Party is restarting."}
        await route.fulfill(status=503, headers={"Retry-After": "2"}, json=ours)

    alice.monitor.expect_errors("status of 503")
    await reloads_with(alice, story, proxy, ALONE)
    await alice.page.route(f"**/{story.chat_id}?*", busy, times=1)
    await story.bob.say("This ends the poll that was held")
    await expect(alice.connection).to_contain_text("Can't reach the party")
    before = len(proxy.matching(POLL))
    await alice.page.evaluate(ONLINE)
    await alice.is_connected()
    assert proxy.matching(POLL)[before].sent - times[0] >= 2


@shared_or_alone
async def test_a_page_reconnects_at_once_when_the_browser_is_online_again(
    alice: Guest, story: Story, proxy: FaultyProxy, script: str
) -> None:
    await reloads_with(alice, story, proxy, script)
    alice.monitor.expect_errors(UNREACHABLE)
    proxy.cut()
    await expect(alice.connection).to_contain_text("Can't reach the party")
    proxy.heal()
    start = time.monotonic()
    await alice.page.evaluate(ONLINE)
    await alice.is_connected()
    assert time.monotonic() - start < 1


async def test_a_replaced_history_is_announced_and_shown(
    alice: Guest, story: Story, proxy: FaultyProxy
) -> None:
    for number in range(1, 35):
        await story.bob.say(f"Line number {number}")
    await alice.sees("Line number 34")
    await reloads_with(alice, story, proxy, ALONE)
    page = await story.bob.read(since=34)

    async def replaced(route: Route) -> None:
        await route.fulfill(json=page | {"epoch": "of another store"})

    await alice.page.route(f"**/{story.chat_id}?*", replaced, times=1)
    await alice.page.evaluate(ONLINE)
    await expect(alice.log).to_contain_text("The history of this party was replaced.")
    await expect(alice.log).to_contain_text("4 messages passed while you were away")
    await expect(alice.messages).to_have_text([f"Line number {n}" for n in range(5, 35)])

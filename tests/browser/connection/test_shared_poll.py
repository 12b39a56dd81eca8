"""All tabs of one browser share a single poll, and none of them depends on another."""

import asyncio
import random
import re
import time

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chromium import HOME_NETWORK
from tests.browser.conftest import Arrival
from tests.browser.page_actions import Guest
from tests.browser.page_errors import UNREACHABLE
from tests.browser.poll_calls import POLL
from tests.browser.shared_tabs import hosts_chats, opens
from tests.support.api_client import Api
from tests.support.faulty_proxy import FaultyProxy
from tests.support.waiting import AT_ONCE, until

NO_GOODBYE = "addEventListener('pagehide', event => event.stopImmediatePropagation())"

on_both_hosts = pytest.mark.parametrize("origin", ["127.0.0.1", HOME_NETWORK], indirect=True)


@on_both_hosts
async def test_twelve_chats_in_fourteen_tabs_are_live_on_one_connection(
    arrive: Arrival, api: Api, proxy: FaultyProxy, origin: str
) -> None:
    alice, chats = await hosts_chats(api, await arrive("Alice"), 12)
    tabs = [await opens(alice, chat) for chat in [*chats, *chats[:2]]]
    await until(lambda: len(proxy.held(POLL)) == 1)

    await asyncio.gather(*(chat.say(f"Into chat {chat.chat_id}") for chat in chats))
    for tab in tabs:
        await tab.sees(f"Into chat {tab.chat_id}")
    for tab in tabs[:12:3]:
        start = time.monotonic()
        await tab.says(f"From chat {tab.chat_id}")
        assert time.monotonic() - start < AT_ONCE
    for tab in (tabs[12], tabs[0]):  # two tabs of one chat
        await tab.sees(f"From chat {tab.chat_id}")
        await expect(tab.messages).to_have_count(2)
    await until(lambda: len(proxy.held(POLL)) == 1)
    assert len(proxy.held()) == 1


async def test_tabs_that_close_leave_no_gap_for_the_others(
    arrive: Arrival, api: Api, proxy: FaultyProxy
) -> None:
    alice, chats = await hosts_chats(api, await arrive("Alice"), 4)
    tabs = [await opens(alice, chat) for chat in chats * 2]
    chance = random.Random(8)
    for number in range(6):
        said = [asyncio.create_task(chat.say(f"Line number {number}")) for chat in chats]
        await tabs.pop(chance.randrange(len(tabs))).page.close()
        await asyncio.gather(*said)
    for tab in tabs:
        await expect(tab.messages).to_have_text([f"Line number {n}" for n in range(6)])
    await until(lambda: len(proxy.held(POLL)) == 1)
    for tab in tabs:
        await tab.page.close()
    await until(lambda: not proxy.held())


async def test_a_paused_tab_delays_nobody_and_catches_up(
    arrive: Arrival, api: Api, proxy: FaultyProxy
) -> None:
    alice, [chat, other] = await hosts_chats(api, await arrive("Alice"), 2)
    tab, twin, neighbour = [await opens(alice, one) for one in (chat, chat, other)]
    for number in range(1, 4):
        await chat.say(f"Line number {number}")
    await tab.sees("Line number 3")
    chrome = await tab.context.new_cdp_session(tab.page)
    await chrome.send("Debugger.enable")
    await chrome.send("Debugger.pause")  # at the next statement
    for number in range(4, 61):
        await chat.say(f"Line number {number}")
        if number % 10 == 0:
            await twin.sees(f"Line number {number}")
    await other.say("Next door")
    await neighbour.sees("Next door")
    last = [f"Line number {n}" for n in range(31, 61)]
    await expect(twin.messages).to_have_text(last)
    await chrome.send("Debugger.disable")
    await expect(tab.messages).to_have_text(last)
    await chat.say("Everybody here?")
    for reader in (tab, twin):
        await reader.sees("Everybody here?")
        assert await ids_seen_or_missing(reader) == set(range(1, 62))
    assert "passed" not in await twin.log.inner_text()


async def test_an_outage_is_shown_in_every_tab_and_ends_for_all(
    arrive: Arrival, api: Api, proxy: FaultyProxy
) -> None:
    alice, chats = await hosts_chats(api, await arrive("Alice"), 3)
    tabs = [await opens(alice, chat) for chat in [*chats, chats[0]]]
    alice.monitor.expect_errors(UNREACHABLE)
    proxy.cut()
    for tab in tabs:
        await expect(tab.connection).to_contain_text("Can't reach the party")
    before = len(proxy.calls)
    for chat in chats:
        for number in range(40):
            await chat.say(f"Line number {number}")
    proxy.heal()
    for tab in tabs:
        await tab.is_connected()
        await expect(tab.messages).to_have_text([f"Line number {n}" for n in range(10, 40)])
        await expect(tab.log).to_contain_text("10 messages passed while you were away")
        assert await ids_seen_or_missing(tab) == set(range(1, 41))
    await until(lambda: len(proxy.held(POLL)) == 1)
    assert len(proxy.calls) - before < 10


async def test_a_tab_that_vanished_without_notice_does_not_affect_the_others(
    arrive: Arrival, api: Api, proxy: FaultyProxy
) -> None:
    alice, chats = await hosts_chats(api, await arrive("Alice"), 2)
    await alice.context.add_init_script(NO_GOODBYE)
    gone, tab = [await opens(alice, chat) for chat in chats]
    await gone.page.close()
    for number in range(3):
        await asyncio.gather(*(chat.say(f"Line number {number}") for chat in chats))
        await tab.sees(f"Line number {number}")
    again = await opens(alice, chats[0])
    await expect(again.messages).to_have_count(3)
    await until(lambda: len(proxy.held(POLL)) == 1)
    assert len(proxy.matching(POLL)) < 15


async def ids_seen_or_missing(guest: Guest) -> set[int]:
    """Return the ids shown or missing. Fails if the page reports another number of missing ones."""
    seen = set(await guest.page.evaluate("[...seen]"))
    notices = await guest.page.evaluate("[...missed.values()]")
    reported = sum(int(re.sub(r"\D", "", notice)) for notice in notices)
    gaps = set(range(1, max(seen) + 1)) - seen
    assert len(gaps) == reported, (sorted(seen), notices)
    return seen | gaps


async def test_a_worker_that_died_is_replaced(
    browser: Browser, arrive: Arrival, api: Api, proxy: FaultyProxy
) -> None:
    alice, [chat] = await hosts_chats(api, await arrive("Alice"), 1)
    await alice.context.clock.install()
    tab = await opens(alice, chat)
    await until(lambda: len(proxy.held(POLL)) == 1)
    chrome = await browser.new_browser_cdp_session()
    targets = (await chrome.send("Target.getTargets"))["targetInfos"]
    for worker in [one for one in targets if one["type"] == "shared_worker"]:
        await chrome.send("Target.closeTarget", {"targetId": worker["targetId"]})
    await until(lambda: not proxy.held(POLL))
    await chat.say("Said to nobody")
    await tab.page.clock.fast_forward("01:31")
    await tab.page.clock.fast_forward("00:31")
    await tab.sees("Said to nobody")
    await until(lambda: len(proxy.held(POLL)) == 1)

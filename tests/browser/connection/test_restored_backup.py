"""A restored backup replaces the history in all open pages, even in pages that were asleep."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.async_api import CDPSession, Locator, expect

from tests.browser.conftest import Arrival
from tests.browser.page_actions import RECOVERY, Guest
from tests.browser.page_errors import UNREACHABLE
from tests.browser.shared_tabs import hosts_chats, opens
from tests.support.api_client import Api
from tests.support.api_fixtures import Person
from tests.support.database import back_up
from tests.support.server_process import Server

REPLACED = "The history of this party was replaced."


@pytest.fixture
def server(fresh_server: Server) -> Server:
    """A server for one test only."""
    return fresh_server


async def test_a_tab_that_wakes_after_a_restore_shows_the_restored_chat(
    arrive: Arrival, api: Api, server: Server, tmp_path: Path
) -> None:
    alice, [chat] = await hosts_chats(api, await arrive("Alice"), 1)
    tab, sleeper = [await opens(alice, chat) for _ in range(2)]
    await watches(chat, "The first film")
    await says(chat, "Line", 1, 3)
    copy = tmp_path / "copy.db"
    assert (await back_up(server, copy)).returncode == 0
    for film in ("The second film", "The third film", "The fourth film"):
        await watches(chat, film)
    await says(chat, "Line", 4, 6)
    for one in (tab, sleeper):
        await expect(topic(one)).to_have_text("The fourth film")
        await one.sees("Line 6")
    debugger = await falls_asleep(sleeper)
    await says(chat, "Line", 7, 7)  # the paused tab receives this message, but does not poll again
    await tab.sees("Line 7")
    await restores(server, copy, tab)
    await expect(topic(tab)).to_have_text("The first film")
    await wakes(debugger)
    for one in (tab, sleeper):
        await expect(topic(one)).to_have_text("The first film", timeout=RECOVERY)
        await expect(one.messages).to_have_text(numbered("Line", 1, 3))
        await expect(one.log).to_contain_text(REPLACED)
    await watches(chat, "The last film")
    for one in (tab, sleeper):
        await expect(topic(one)).to_have_text("The last film")


async def test_only_a_tab_that_is_ahead_of_a_plain_copy_starts_over(
    arrive: Arrival, api: Api, server: Server, tmp_path: Path
) -> None:
    alice, [chat] = await hosts_chats(api, await arrive("Alice"), 1)
    behind, ahead = [await opens(alice, chat) for _ in range(2)]
    alice.monitor.expect_errors(UNREACHABLE, "status of 503")
    await says(chat, "Line", 1, 3)
    for tab in (behind, ahead):
        await tab.sees("Line 3")
    debugger = await falls_asleep(behind)
    await says(chat, "Line", 4, 4)  # `behind` shows this message when it wakes
    await ahead.sees("Line 4")
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(server.database)) as db:
        db.execute("VACUUM INTO ?", [str(copy)])  # `watchparty backup` would mark it as a copy
    await says(chat, "Line", 5, 8)
    await ahead.sees("Line 8")
    debugger_ahead = await falls_asleep(ahead)
    await restores(server, copy)
    await says(chat, "Other line", 5, 6)
    await wakes(debugger)
    await behind.sees("Other line 6")
    await wakes(debugger_ahead)
    await expect(ahead.connection).to_have_text("Connected", timeout=RECOVERY)
    await says(chat, "Other line", 7, 7)
    whole = [*numbered("Line", 1, 4), *numbered("Other line", 5, 7)]
    for tab in (behind, ahead):
        await expect(tab.messages).to_have_text(whole)
    await expect(ahead.log).to_contain_text(REPLACED)
    await expect(behind.log).not_to_contain_text(REPLACED)


async def falls_asleep(tab: Guest) -> CDPSession:
    """Pause the scripts of a tab; `wakes` resumes them."""
    chrome = await tab.context.new_cdp_session(tab.page)
    await chrome.send("Debugger.enable")
    await chrome.send("Debugger.pause")
    return chrome


async def wakes(debugger: CDPSession) -> None:
    await debugger.send("Debugger.disable")


async def restores(server: Server, copy: Path, *awake: Guest) -> None:
    """Put a copy in the place of the database, as docs/self-hosting.md describes."""
    for tab in awake:
        tab.monitor.expect_errors(UNREACHABLE, "status of 503")
    await asyncio.to_thread(server.stop)
    for file in server.database.parent.glob(f"{server.database.name}*"):
        file.unlink()
    shutil.copy(copy, server.database)
    await asyncio.to_thread(server.start_again)
    for tab in awake:
        await expect(tab.connection).to_have_text("Connected", timeout=RECOVERY)


def topic(tab: Guest) -> Locator:
    return tab.page.locator("#topic")


async def watches(chat: Person, film: str) -> None:
    path = f"{chat.path}/topic"
    (await chat.api.call("PUT", path, chat.session_token, json={"topic": film})).ok()


async def says(chat: Person, what: str, first: int, last: int) -> None:
    for text in numbered(what, first, last):
        await chat.say(text)


def numbered(what: str, first: int, last: int) -> list[str]:
    return [f"{what} {number}" for number in range(first, last + 1)]

"""The end of a party is announced in time, by the server's clock."""

import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import Arrival, enters_chat
from tests.browser.layout_checks import SMALL, fits
from tests.browser.page_actions import Guest
from tests.browser.page_errors import UNREACHABLE
from tests.browser.people_panel import opens_panel
from tests.support.api_fixtures import Person, Story
from tests.support.database import age
from tests.support.server_process import Server
from tests.support.waiting import until

HOUR = 3600  # seconds
UNLESS = "unless somebody writes or joins."
TOKYO = {"locale": "en-GB", "timezone_id": "Asia/Tokyo"}
RESTARTED = r"status of 503"

lifetime_one_hour = pytest.mark.parametrize("server", [HOUR], indirect=True)
lifetime_two_hours = pytest.mark.parametrize("server", [2 * HOUR], indirect=True)


@pytest.fixture
def server(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that deletes chats after as many idle seconds as the parameter says."""
    with Server(tmp_path, chat_ttl=str(request.param)) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def phone(arrive: Arrival, story: Story) -> AsyncIterator[Guest]:
    """Alice, on a phone whose clock is three hours fast and can be moved forward."""
    guest = await arrive("Alice", **TOKYO)
    await guest.page.clock.install(time=time.time() + 3 * HOUR)
    yield await enters_chat(guest, story.alice)


@lifetime_one_hour
async def test_a_chat_that_ends_soon_announces_it_at_once_until_somebody_writes(
    arrive: Arrival, story: Story
) -> None:
    alice = await enters_chat(await arrive("Alice", **TOKYO, viewport=SMALL), story.alice)
    notice = f"This party is deleted at {await end(story.alice, '%H:%M')}, {UNLESS}"
    await expect(alice.log).to_have_text(notice)
    await fits(alice)
    await expect(alice.page.get_by_role("heading", name="Nobody has said")).to_be_visible()
    link = alice.page.get_by_role("textbox", name="Invite link")
    await expect(link).to_be_in_viewport(ratio=1)
    await story.bob.say("I do")
    await alice.sees("I do")
    await expect(alice.log).not_to_contain_text(UNLESS)


@lifetime_one_hour
async def test_a_message_of_our_own_ends_the_announcement_too(alice: Guest, story: Story) -> None:
    await expect(alice.log).to_contain_text(UNLESS)
    await alice.says("Not before the end of the film")
    await expect(alice.log).not_to_contain_text(UNLESS)
    assert whole_reads(alice) == 0


@lifetime_two_hours
async def test_the_end_is_announced_an_hour_before_and_again_after_the_next_message(
    phone: Guest, story: Story, server: Server
) -> None:
    alice, clock = phone, phone.page.clock
    await has_checked_the_expiry(alice)
    await expect(alice.log).not_to_contain_text(UNLESS)
    await story.bob.say("See you next week")
    await alice.sees("See you next week")
    await expect(alice.log).not_to_contain_text(UNLESS)
    assert whole_reads(alice) == 0
    await idles(alice, server, 1.1 * HOUR)
    await clock.fast_forward("01:00:30")
    notice = f"This party is deleted at {await end(story.alice, '%H:%M')}, {UNLESS}"
    await expect(alice.log.get_by_text(notice)).to_be_visible()
    assert whole_reads(alice) == 1
    await alice.is_connected()
    await story.bob.say("Back again")
    await alice.sees("Back again")
    await expect(alice.log).not_to_contain_text(UNLESS)
    await clock.fast_forward("00:56:00")  # the moment at which the chat would have ended
    await until(lambda: whole_reads(alice) == 2)
    await alice.is_connected()
    await idles(alice, server, 1.2 * HOUR)
    await clock.fast_forward("01:00:30")
    again = f"This party is deleted at {await end(story.alice, '%H:%M')}, {UNLESS}"
    await expect(alice.log.get_by_text(again)).to_be_visible()
    assert whole_reads(alice) == 3


@lifetime_two_hours
async def test_a_message_before_the_announcement_postpones_it_silently(
    phone: Guest, story: Story
) -> None:
    alice = phone
    await has_checked_the_expiry(alice)
    await alice.page.clock.fast_forward("01:00:30")
    await until(lambda: whole_reads(alice) == 1)
    await story.bob.say("Still watching")
    await alice.sees("Still watching")
    await expect(alice.log).not_to_contain_text(UNLESS)
    assert whole_reads(alice) == 1


@pytest.mark.parametrize("server", [30 * 24 * HOUR], indirect=True)
async def test_a_lifetime_longer_than_any_timer_causes_no_requests(
    alice: Guest, story: Story
) -> None:
    await has_checked_the_expiry(alice)
    await story.bob.say("Is it December yet?")
    await alice.sees("Is it December yet?")
    assert whole_reads(alice) == 0


@lifetime_two_hours
async def test_the_panel_shows_the_current_end_whenever_it_opens(
    arrive: Arrival, story: Story, server: Server
) -> None:
    bob = await enters_chat(await arrive("Bob", **TOKYO), story.bob)
    for reads in (1, 2):
        panel = await opens_panel(bob)
        moment = await end(story.bob, "%-d %b, %H:%M")
        await expect(panel.get_by_text(f"{moment}, {UNLESS}")).to_be_visible()
        assert whole_reads(bob) == reads
        await bob.page.keyboard.press("Escape")
        await idles(bob, server, 0.5 * HOUR)


def whole_reads(guest: Guest) -> int:
    """Count the requests of the page for the whole chat."""
    return guest.monitor.calls.count(f"GET /{guest.chat_id}")


async def idles(guest: Guest, server: Server, seconds: float) -> None:
    """Let time pass for the server, and reconnect the page."""
    guest.monitor.expect_errors(UNREACHABLE, RESTARTED)
    age(server, "UPDATE chats SET active_at = active_at - ?", int(seconds * 1000))
    await guest.page.evaluate("dispatchEvent(new Event('online'))")
    await guest.is_connected()


async def has_checked_the_expiry(guest: Guest) -> None:
    """Wait until the page has checked the expiry for the first time."""
    await until(lambda: bool(modules(guest)))
    await guest.page.evaluate("url => import(url).then(() => {})", modules(guest)[0])


def modules(guest: Guest) -> list[str]:
    return [one.url for one in guest.monitor.requests if one.url.endswith("/expiry-notice.js")]


async def end(person: Person, form: str) -> str:
    """Return the time of deletion, as a clock in Tokyo shows it."""
    at = datetime.fromisoformat((await person.read())["expires_at"])
    return at.astimezone(ZoneInfo("Asia/Tokyo")).strftime(form)

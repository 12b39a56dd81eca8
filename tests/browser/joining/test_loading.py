"""An invitation loads few files and is soon usable; the room is loaded in the background."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import takewhile

from playwright.async_api import Route, expect

from tests.browser.conftest import Arrival
from tests.browser.page_actions import Guest
from tests.browser.page_errors import UNREACHABLE
from tests.support.api_fixtures import Story
from tests.support.waiting import until

REQUESTS_MAX = 15  # the document, modules, style sheets and the icon
MODULES_MAX = 10
OPENING = "You’re in. Opening the party…"


async def test_an_invitation_needs_few_files(arrive: Arrival, story: Story) -> None:
    dora = await arrive("Dora")
    await follows(dora, story)
    await until(lambda: any(url.endswith("/chat/parts.js") for url in files(dora)))
    first = list(takewhile(lambda url: not url.endswith("/chat/parts.js"), files(dora)))
    assert len(first) + 1 <= REQUESTS_MAX
    assert len([url for url in first if url.endswith(".js")]) <= MODULES_MAX
    assert [url for url in first if "/js/chat/" in url or "/js/host/" in url] == []


async def test_the_page_says_that_the_room_opens_if_a_guest_joins_before_it_is_loaded(
    arrive: Arrival, story: Story
) -> None:
    dora, loading = await arrive("Dora"), asyncio.Event()
    await dora.page.route("**/chat/room.js", holding(loading))
    await follows(dora, story)
    await dora.button("Join").click()
    await expect(dora.page.get_by_role("status").get_by_text(OPENING)).to_be_visible()
    loading.set()
    await dora.is_in()
    await expect(dora.page.get_by_text(OPENING)).to_have_count(0)
    await dora.says("Here I am")


async def test_loading_the_room_is_tried_again_after_a_failure(
    arrive: Arrival, story: Story
) -> None:
    dora = await arrive("Dora")
    dora.monitor.expect_errors(UNREACHABLE)
    await dora.page.route("**/chat/room.js", fail)
    await follows(dora, story)
    await dora.button("Join").click()
    await expect(dora.page.get_by_role("alert")).to_contain_text("Can't reach the party.")
    await dora.page.unroute("**/chat/room.js")
    await dora.button("Join").click()
    await dora.is_in()
    assert dora.monitor.calls.count(f"POST /{story.chat_id}/join") == 1


async def test_a_member_enters_the_room_once_it_can_be_loaded(
    arrive: Arrival, story: Story
) -> None:
    dora = await arrive("Dora")
    dora.monitor.expect_errors(UNREACHABLE)
    await dora.joins(f"/chat/{story.chat_id}#{story.magic_key}")
    await dora.page.route("**/chat/room.js", fail, times=1)
    await dora.page.reload()
    await dora.is_in()


async def follows(guest: Guest, story: Story) -> None:
    """Open the invitation and type a name."""
    await guest.opens(f"/chat/{story.chat_id}#{story.magic_key}")
    await guest.is_invited()
    await guest.name_box.fill(guest.name)


def files(guest: Guest) -> list[str]:
    """Return the requested files without the icon, which browsers load at any time."""
    urls = [request.url for request in guest.monitor.requests]
    return [url for url in urls if not url.endswith(".svg")]


def holding(ready: asyncio.Event) -> Callable[[Route], Awaitable[None]]:
    """Return a route that holds requests until the event is set."""

    async def wait(route: Route) -> None:
        await ready.wait()
        await route.continue_()

    return wait


async def fail(route: Route) -> None:
    await route.abort()

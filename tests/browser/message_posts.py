"""Write messages, record their requests, and make these requests fail or wait."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from playwright.async_api import Request, Route, expect

from tests.browser.page_actions import Guest
from tests.browser.page_errors import UNREACHABLE
from tests.support.api_fixtures import Story


def posts_of(guest: Guest) -> list[Request]:
    """Return a list to which each POST of this page is added from now on."""
    posts: list[Request] = []
    guest.page.on("request", lambda one: posts.append(one) if one.method == "POST" else None)
    return posts


async def writes(guest: Guest, text: str) -> None:
    await guest.box.fill(text)
    await guest.box.press("Enter")


async def fail_posts(route: Route) -> None:
    await (route.abort() if route.request.method == "POST" else route.continue_())


async def refuse_posts(route: Route) -> None:
    refusal = {"error": "invalid_request", "message": "Not in that tone."}
    await route.fulfill(status=400, body=json.dumps(refusal))


def holding_answers(until: asyncio.Event) -> Callable[[Route], Awaitable[None]]:
    """Return a route that forwards requests, but holds their answers until the event is set."""

    async def hold(route: Route) -> None:
        answer = await route.fetch()
        await until.wait()
        await route.fulfill(response=answer)

    return hold


async def lose_answers(route: Route) -> None:
    await route.fetch()
    await route.abort()


async def bodies(story: Story) -> list[str]:
    """Return the texts that the server has stored."""
    return [message["body"] for message in (await story.bob.read())["messages"]]


async def writes_without_connection(guest: Guest, story: Story, *texts: str) -> None:
    """Write messages whose posts fail until the route is removed."""
    guest.monitor.expect_errors(UNREACHABLE)
    await guest.page.route(f"**/{story.chat_id}", fail_posts)
    for text in texts:
        await writes(guest, text)
    note = guest.log.get_by_text("Waiting for the connection…")
    await expect(note).to_have_count(len(texts))

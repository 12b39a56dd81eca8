"""Share one Chromium among all tests; unexpected errors in a person's profile fail the test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright, expect

from tests.browser import chromium
from tests.browser.page_actions import Guest
from tests.browser.page_fixtures import Party, learns_nothing, store_auth_key
from tests.support.api_client import Api
from tests.support.api_fixtures import Person, Story, new_story
from tests.support.faulty_proxy import FaultyProxy
from tests.support.server_process import Server

PATIENCE = 30_000  # ms until an expected change counts as failed

Arrival = Callable[..., Awaitable[Guest]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests in this folder, and run them all in the event loop of the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
            if pytest_asyncio.is_async_test(item):
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        yield playwright


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(playwright: Playwright) -> AsyncIterator[Browser]:
    browser = await chromium.start(playwright)
    yield browser
    await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def api(server: Server) -> AsyncIterator[Api]:
    """An API client in the event loop of the browser."""
    async with Api(server.url) as api:
        yield api


@pytest_asyncio.fixture(loop_scope="session")
async def proxy(server: Server) -> AsyncIterator[FaultyProxy]:
    """A proxy between browsers and server, for tests that cut or watch the connection."""
    async with FaultyProxy(server.url) as proxy:
        yield proxy


@pytest.fixture
def origin(server: Server, request: pytest.FixtureRequest) -> str:
    """The origin that browsers open; a parameter replaces its host name."""
    host = getattr(request, "param", "127.0.0.1")
    uses_proxy = "proxy" in request.fixturenames
    url = request.getfixturevalue("proxy").url if uses_proxy else server.url
    return str(url).replace("127.0.0.1", host)


@pytest_asyncio.fixture(loop_scope="session")
async def arrive(browser: Browser, origin: str) -> AsyncIterator[Arrival]:
    """Open a fresh browser profile for somebody; unexpected errors fail the test."""
    guests: list[Guest] = []

    async def arrive(name: str, **profile: Any) -> Guest:
        guest = await Guest.arrive(browser, origin, name, **profile)
        guest.context.set_default_timeout(PATIENCE)
        guests.append(guest)
        return guest

    yield arrive
    for guest in guests:
        await guest.context.close()
    assert [
        (guest.name, guest.monitor.unexpected_errors)
        for guest in guests
        if guest.monitor.unexpected_errors
    ] == []


@pytest_asyncio.fixture(loop_scope="session")
async def story(arrive: Arrival, api: Api) -> AsyncIterator[Story]:
    """A chat created through the API; afterwards Charlie's browser must show nothing of it."""
    story = await new_story(api)
    yield story
    state = await story.alice.read()
    words = [message["body"] for message in state["messages"]]
    names = [member["username"] for member in state["members"]]
    charlie = await arrive("Charlie")
    await store_auth_key(charlie, story.charlie.auth_key)
    await learns_nothing(charlie, story.chat_id, [story.magic_key, *names, *words])


@pytest_asyncio.fixture(loop_scope="session")
async def alice(arrive: Arrival, story: Story) -> Guest:
    """Alice's browser, in the chat of the story."""
    return await enters_chat(await arrive("Alice"), story.alice)


@pytest_asyncio.fixture(loop_scope="session")
async def bob(arrive: Arrival, story: Story) -> Guest:
    """Bob's browser, in the chat of the story."""
    return await enters_chat(await arrive("Bob"), story.bob)


@pytest_asyncio.fixture(loop_scope="session")
async def party(arrive: Arrival, api: Api) -> AsyncIterator[Party]:
    """A chat created on the page; afterwards Charlie's browser must show nothing of it."""
    alice, bob = await arrive("Alice"), await arrive("Bob")
    link = await alice.starts_a_party()
    await bob.joins(link)
    party = Party(alice, bob, link, alice.chat_id)
    yield party
    charlie = await arrive("Charlie")
    known = (await api.post("/auth", json={"username": charlie.name})).ok()
    await store_auth_key(charlie, known["auth_key"])
    await learns_nothing(charlie, party.chat_id, party.secrets)


async def enters_chat(guest: Guest, person: Person) -> Guest:
    """Open the chat as someone who is already a member."""
    await store_auth_key(guest, person.auth_key)
    await guest.opens(f"/chat/{person.chat_id}")
    await guest.is_connected()
    return guest

"""Open pages recover by themselves when the server stops and starts again."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.page_actions import RECOVERY
from tests.browser.page_errors import REFUSED, UNREACHABLE
from tests.browser.page_fixtures import Party
from tests.support.server_process import Server

End = Callable[[Server], int | None]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server for one test only."""
    with Server(tmp_path) as server:
        yield server


@pytest.mark.parametrize("end", [Server.stop, Server.kill], ids=["after a stop", "after a kill"])
async def test_both_pages_recover_when_the_server_starts_again(
    party: Party, server: Server, end: End
) -> None:
    await party.alice.says("Before it went dark")
    await party.bob.sees("Before it went dark")
    await goes_away(party, server, end)
    await comes_back(party, server)
    await party.alice.says("And there was light")
    await party.bob.says("I saw it too")
    await party.everybody_sees("Before it went dark", "And there was light", "I saw it too")


async def test_messages_written_during_an_outage_are_sent_after_it(
    party: Party, server: Server
) -> None:
    written = ["Is anybody there?", "Hello?", "I'll just go on, then"]
    await goes_away(party, server, Server.kill)
    for text in written:
        await party.alice.box.fill(text)
        await party.alice.box.press("Enter")
    await expect(party.alice.log.get_by_text("Waiting for the connection…")).to_have_count(3)
    await comes_back(party, server)
    for guest in (party.alice, party.bob):
        await expect(guest.messages).to_have_text(written)
    await party.alice.page.reload()
    await party.alice.is_connected()
    await expect(party.alice.messages).to_have_text(written)
    party.alice.said += written


async def test_pages_of_a_lost_chat_go_home_where_a_new_party_can_be_started(
    party: Party, server: Server
) -> None:
    await goes_away(party, server, Server.stop)
    for file in server.database.parent.glob("party.db*"):
        file.unlink()
    for guest in (party.alice, party.bob):
        guest.monitor.expect_errors(REFUSED)
    await asyncio.to_thread(server.start_again)
    for guest in (party.alice, party.bob):
        await expect(guest.button("Start a watch party")).to_be_visible(timeout=RECOVERY)
        await expect(guest.page.get_by_text("not in that party any more")).to_be_visible()
        await expect(guest.name_box).to_have_value(guest.name)
    await party.alice.button("Start a watch party").click()
    await party.alice.is_in()
    await party.alice.says("A new store, the same Alice")
    await expect(party.alice.signed("Alice")).to_contain_text("the same Alice")


async def goes_away(party: Party, server: Server, end: End) -> None:
    """Stop the server, and wait until both pages show the outage."""
    for guest in (party.alice, party.bob):
        guest.monitor.expect_errors(UNREACHABLE)
        guest.monitor.expect_errors("status of 503")
    await asyncio.to_thread(end, server)
    for guest in (party.alice, party.bob):
        await expect(guest.connection).to_contain_text("Can't reach the party")


async def comes_back(party: Party, server: Server) -> None:
    """Start the server at the same address, and wait until both pages are connected."""
    await asyncio.to_thread(server.start_again)
    for guest in (party.alice, party.bob):
        await expect(guest.connection).to_have_text("Connected", timeout=RECOVERY)

"""The page keeps the last 30 messages; it counts those that the reader missed."""

import asyncio

from playwright.async_api import expect

from tests.browser.message_posts import holding_answers, writes
from tests.browser.page_actions import Guest
from tests.browser.page_errors import UNREACHABLE
from tests.browser.page_fixtures import Party
from tests.browser.poll_calls import POLL
from tests.support.api_fixtures import Person, Story
from tests.support.faulty_proxy import FaultyProxy

WINDOW = 30


async def test_a_reload_keeps_the_messages_and_the_member(party: Party) -> None:
    await party.alice.says("Before the reload")
    await party.bob.says("Me too")
    await party.bob.page.reload()
    await party.bob.is_in()
    await party.everybody_sees("Before the reload", "Me too")
    await party.bob.says("After the reload")
    await expect(party.alice.signed("Bob")).to_contain_text("After the reload")
    await party.everybody_sees("After the reload")


async def test_new_messages_appear_while_the_page_holds_thirty(alice: Guest, story: Story) -> None:
    await alice.counts_messages()
    await says_many(story.bob, 1, 30)
    await expect(alice.messages).to_have_count(WINDOW)
    for number in range(31, 36):
        await story.bob.say(f"Line number {number}")
        await alice.sees(f"Line number {number}")
    await expect(alice.messages).to_have_text([f"Line number {n}" for n in range(6, 36)])
    assert await alice.most_messages() == WINDOW


async def test_the_page_holds_at_most_thirty_messages_including_own_ones(
    alice: Guest, story: Story
) -> None:
    await says_many(story.bob, 1, 30)
    await expect(alice.messages).to_have_count(WINDOW)
    await alice.counts_messages()
    for number in range(31, 34):
        await alice.says(f"Line number {number}")
    await expect(alice.messages).to_have_text([f"Line number {n}" for n in range(4, 34)])
    assert await alice.most_messages() == WINDOW


async def test_a_returning_reader_sees_how_many_messages_they_missed(
    alice: Guest, story: Story, proxy: FaultyProxy
) -> None:
    await goes_away_after_three(alice, story, proxy)
    await says_many(story.bob, 4, 60)
    proxy.heal()
    await alice.is_connected()
    passed = 60 - WINDOW - 3
    await expect(alice.log).to_contain_text(f"{passed} messages passed while you were away")
    await expect(alice.messages).to_have_text([f"Line number {n}" for n in range(31, 61)])


async def test_a_reader_who_returns_in_time_misses_nothing_and_sees_no_note(
    alice: Guest, story: Story, proxy: FaultyProxy
) -> None:
    await goes_away_after_three(alice, story, proxy)
    await says_many(story.bob, 4, 20)
    proxy.heal()
    await expect(alice.messages).to_have_text([f"Line number {n}" for n in range(1, 21)])
    assert "passed while you were away" not in await alice.log.inner_text()


async def test_messages_replaced_by_own_unsent_ones_are_counted_too(
    alice: Guest, story: Story, proxy: FaultyProxy
) -> None:
    await goes_away_after_three(alice, story, proxy)
    await writes(alice, "I am late")
    await says_many(story.bob, 4, 60)
    proxy.heal()
    await alice.has_sent()
    passed = 60 - WINDOW - 3 + 1
    await expect(alice.log).to_contain_text(f"{passed} messages passed while you were away")
    seen = [*(f"Line number {number}" for number in range(32, 61)), "I am late"]
    await expect(alice.messages).to_have_text(seen)


async def test_own_messages_that_were_seen_are_not_counted_as_passed(
    alice: Guest, story: Story, proxy: FaultyProxy
) -> None:
    alice.monitor.expect_errors(UNREACHABLE)
    await says_many(story.bob, 1, 3)
    await alice.sees("Line number 3")
    proxy.lose(POLL)
    for number in range(1, 36):
        await writes(alice, f"My number {number}")
    await alice.has_sent()
    await says_many(story.bob, 4, 5)
    proxy.heal()
    await alice.sees("Line number 5")
    mine = [f"My number {number}" for number in range(8, 36)]
    await expect(alice.messages).to_have_text([*mine, "Line number 4", "Line number 5"])
    await expect(alice.log).not_to_contain_text("passed while you were away")


async def test_an_own_message_that_passed_before_its_answer_came_is_counted_and_not_shown(
    alice: Guest, story: Story, proxy: FaultyProxy
) -> None:
    alice.monitor.expect_errors(UNREACHABLE)
    held = asyncio.Event()
    await says_many(story.bob, 1, 3)
    await alice.sees("Line number 3")
    await alice.page.route(f"**/{story.chat_id}", holding_answers(held))
    proxy.lose(POLL)
    await writes(alice, "Is that so?")
    await expect(alice.connection).to_contain_text("Can't reach the party")
    await says_many(story.bob, 5, 60)
    proxy.heal()
    await alice.sees("Line number 60")
    held.set()
    await alice.has_sent()
    await expect(alice.messages).to_have_text([f"Line number {n}" for n in range(32, 61)])
    await expect(alice.log).to_contain_text(f"{31 - 3} messages passed while you were away")


async def test_a_message_that_passed_while_away_is_counted_and_not_shown(
    alice: Guest, story: Story, proxy: FaultyProxy
) -> None:
    alice.monitor.expect_errors(UNREACHABLE)
    await says_many(story.bob, 1, 3)
    await alice.sees("Line number 3")
    proxy.lose("^(GET|POST) /")
    await writes(alice, "Is that so?")
    await expect(alice.log).to_contain_text("Waiting for the connection…")
    await alice.page.goto("about:blank")
    await says_many(story.bob, 5, 60)
    proxy.heal()
    await alice.opens(f"/chat/{story.chat_id}")
    await alice.sees("Line number 60")
    await alice.has_sent()
    seen = [f"Line number {number}" for number in range(32, 61)]
    await expect(alice.messages).to_have_text(seen)
    await expect(alice.log).to_contain_text("28 messages passed while you were away")


async def says_many(person: Person, first: int, last: int) -> None:
    for number in range(first, last + 1):
        await person.say(f"Line number {number}")


async def goes_away_after_three(reader: Guest, story: Story, proxy: FaultyProxy) -> None:
    """Read three messages, then lose the connection."""
    reader.monitor.expect_errors(UNREACHABLE)
    await says_many(story.bob, 1, 3)
    await reader.sees("Line number 3")
    proxy.cut()
    await expect(reader.connection).to_contain_text("Can't reach the party")

"""While five hundred messages arrive, the page stays small, complete and in order."""

import asyncio
from typing import Any

from playwright.async_api import expect

from tests.browser.page_actions import Guest
from tests.support.api_fixtures import Person, Story, guest

WINDOW = 30
RUSH = 500  # messages
OWN = 12  # messages that the reader posts meanwhile
NOTICES_MAX = 5  # notices of missed messages; a notice leaves once all messages are newer
# So many that more messages may arrive between two polls than the page holds.
PARALLEL_POSTS = 12

# Record, in the page itself, everything that the log ever held: the ids of all messages, the counts
# in the notices of missed ones, and the highest number of messages at a time.
RECORD_LOG = """log => {
    const rush = {
        ids: new Set(), notices: new Map(), mostMessages: 0, mostNotices: 0, doubles: 0,
    };
    const look = () => {
        const messages = [...log.querySelectorAll('li')];
        const ids = messages.map(({ dataset }) => dataset.id).filter(Boolean);
        const notices = [...log.querySelectorAll('.log-notice')];
        for (const id of ids) rush.ids.add(+id);
        for (const notice of notices) rush.notices.set(notice, parseInt(notice.textContent));
        rush.mostMessages = Math.max(rush.mostMessages, messages.length);
        rush.mostNotices = Math.max(rush.mostNotices, notices.length);
        rush.doubles += ids.length - new Set(ids).size;
    };
    new MutationObserver(look).observe(log, { childList: true, subtree: true });
    look();
    window.rush = rush;
}"""
SEEN = """() => ({ ...rush, ids: [...rush.ids], notices: [...rush.notices.values()] })"""
TO_THE_END = "log => log.scrollHeight - log.clientHeight - log.scrollTop"


async def test_the_log_holds_at_most_one_window_and_reports_every_gap_in_a_rush(
    alice: Guest, story: Story
) -> None:
    await alice.log.evaluate(RECORD_LOG)
    said = await rush(await speakers(story))
    await shows_the_newest(alice, said)
    await stayed_small_and_complete(alice, said)
    assert await alice.log.evaluate(TO_THE_END) < 2


async def test_an_own_message_in_a_rush_is_shown_once(alice: Guest, story: Story) -> None:
    await alice.log.evaluate(RECORD_LOG)
    coming = asyncio.create_task(rush(await speakers(story)))
    for number in range(OWN):
        await alice.says(f"My own {number}")
    await coming
    said = (await story.bob.say("The last one"))["id"]
    await alice.sees("The last one")
    assert said == RUSH + OWN + 1
    await stayed_small_and_complete(alice, said)


async def test_a_rush_does_not_scroll_a_reader_further_up_to_the_bottom(
    alice: Guest, story: Story
) -> None:
    for number in range(WINDOW):
        await story.bob.say(f"Line {number} of a long evening")
    await alice.sees(f"Line {WINDOW - 1} of a long evening")
    await alice.log.evaluate(RECORD_LOG)
    await alice.log.hover()
    await alice.page.mouse.wheel(0, -500)
    await expect(alice.message("Line 12 of a long evening")).to_be_in_viewport()
    said = await rush(await speakers(story))
    await shows_the_newest(alice, said)
    await expect(alice.button(f"{WINDOW} new messages")).to_be_visible()
    assert await alice.log.evaluate(TO_THE_END) > 100
    await stayed_small_and_complete(alice, said)
    await alice.button(f"{WINDOW} new messages").click()
    await expect(alice.messages.last).to_be_in_viewport(ratio=1)


async def speakers(story: Story) -> list[Person]:
    """Return Bob and some more guests."""
    names = ("Zoë", "محمد", "花子")
    return [
        story.bob,
        *[await guest(story.bob.api, name, story.chat_id, story.magic_key) for name in names],
    ]


async def rush(people: list[Person]) -> int:
    """Post many messages as fast as possible; return the newest id."""
    left = iter(range(RUSH))

    async def talk(person: Person) -> int:
        newest = 0
        for number in left:
            newest = (await person.say(f"Number {number} {'and so on ' * (number % 7)}"))["id"]
        return newest

    talking = [talk(people[number % len(people)]) for number in range(PARALLEL_POSTS)]
    return max(await asyncio.gather(*talking))


async def shows_the_newest(reader: Guest, said: int) -> None:
    """Wait for the last message; check that the messages before it are above it, in order."""
    await expect(reader.log.locator(f"[data-id='{said}']")).to_have_count(1)
    ids = await reader.messages.evaluate_all("items => items.map(({ dataset }) => +dataset.id)")
    assert ids == list(range(said - WINDOW + 1, said + 1))


async def stayed_small_and_complete(reader: Guest, said: int) -> None:
    seen: dict[str, Any] = await reader.page.evaluate(SEEN)
    assert seen["mostMessages"] == WINDOW
    assert seen["mostNotices"] <= NOTICES_MAX
    assert seen["doubles"] == 0
    assert set(seen["ids"]) <= set(range(1, said + 1))
    assert len(seen["ids"]) + sum(seen["notices"]) == said

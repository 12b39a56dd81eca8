"""One loop: the next poll leaves when the last one was answered, at once, and not before."""

from playwright.async_api import Page, Request, expect

from tests.browser.guests import Guest
from tests.people import Story

AT_ONCE = 1.0  # seconds; a timer would show, a busy machine should not


class Polls:
    """Watches the polls of one page: when each left, and when its answer was there."""

    def __init__(self, page: Page) -> None:
        self.story: list[str] = []
        self.seen: list[Request] = []
        page.on("request", self._left)
        page.on("requestfinished", self._answered)

    @property
    def gaps(self) -> list[float]:
        """Seconds between an answer and the next poll, by the browser's own clock."""
        timings = [poll.timing for poll in self.seen]
        ends = [timing["startTime"] + timing["responseEnd"] for timing in timings[:-1]]
        starts = [timing["startTime"] for timing in timings[1:]]
        return [(start - end) / 1000 for end, start in zip(ends, starts, strict=True)]

    def _left(self, request: Request) -> None:
        if "since=" in request.url:
            self.seen.append(request)
            self.story.append("left")

    def _answered(self, request: Request) -> None:
        if request in self.seen:  # not those of the page before a reload
            self.story.append("answered")


async def test_there_is_never_more_than_one_poll_and_never_a_pause(
    alice: Guest, story: Story
) -> None:
    polls = Polls(alice.page)
    await alice.page.reload()
    await alice.is_connected()
    for number in range(8):
        await story.bob.say(f"Line number {number}")
        await alice.sees(f"Line number {number}")
    await alice.says("My own line")
    await alice.sees("My own line")
    await story.bob.say("The last line")
    await alice.sees("The last line")
    assert len(polls.seen) >= 9
    turns = ["left", "answered"] * len(polls.seen)
    assert polls.story == turns[: len(polls.story)]
    assert max(polls.gaps) < AT_ONCE


async def test_without_news_a_page_asks_once_and_waits(alice: Guest, story: Story) -> None:
    polls = Polls(alice.page)
    async with alice.page.expect_request(lambda request: "since=" in request.url):
        await alice.page.reload()
    await story.bob.say("Nothing before this")
    await alice.sees("Nothing before this")
    assert polls.story[:2] == ["left", "answered"]
    assert len(polls.seen) <= 2


async def test_a_tab_in_the_background_goes_on(alice: Guest, story: Story) -> None:
    line = await alice.context.new_cdp_session(alice.page)
    await line.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    other = await alice.context.new_page()
    await other.bring_to_front()
    polls = Polls(alice.page)
    for number in range(3):
        await story.bob.say(f"Line number {number}")
        await alice.sees(f"Line number {number}")
    assert polls.story.count("answered") >= 2  # the first was held before anybody counted
    await expect(alice.connection).to_have_text("Connected")

"""The actions of people on the page, and what they see there."""

import re
from typing import Any, Self

from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from tests.browser.page_errors import PageMonitor

CHAT = re.compile(r"/chat/\d+$")
UNDERWAY = re.compile(r"^(Sending…|Waiting for the connection…|Waiting a moment…)$")
DESK: ViewportSize = {"width": 1024, "height": 700}

# Record, in the page itself, the highest number of messages that the log ever held.
COUNT_MESSAGES = """log => {
    const count = () => log.querySelectorAll('li').length;
    window.mostMessages = count();
    new MutationObserver(() => window.mostMessages = Math.max(window.mostMessages, count()))
        .observe(log, { childList: true, subtree: true });
}"""

RECOVERY = 30_000  # ms; longer than the page ever waits between two attempts


class Guest:
    """A person with a browser profile of their own, looking at one tab of it."""

    def __init__(self, name: str, origin: str, page: Page, monitor: PageMonitor) -> None:
        self.name = name
        self.origin = origin
        self.page = page
        self.monitor = monitor
        self.said: list[str] = []

    @classmethod
    async def arrive(cls, browser: Browser, origin: str, name: str, **profile: Any) -> Self:
        """Open a fresh profile; `profile` is what Playwright's new_context takes."""
        context = await browser.new_context(**{"viewport": DESK, **profile})
        monitor = PageMonitor(context, origin)
        return cls(name, origin, await context.new_page(), monitor)

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    @property
    def chat_id(self) -> int:
        found = re.search(r"/chat/(\d+)", self.page.url)
        assert found, f"{self.page.url} is not a chat"
        return int(found[1])

    @property
    def name_box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Your name")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log", name="Messages")

    @property
    def messages(self) -> Locator:
        return self.log.get_by_role("listitem")

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    @property
    def connection(self) -> Locator:
        return self.page.get_by_role("status", name="Connection")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    async def opens(self, path: str) -> None:
        """Open a path on this server, or a link."""
        await self.page.goto(path if path.startswith("http") else self.origin + path)

    async def is_invited(self) -> None:
        await expect(self.page.get_by_role("heading", name="invited")).to_be_visible()

    async def another_tab(self, name: str) -> "Guest":
        """Open a second tab of the same profile, under another name."""
        return Guest(name, self.origin, await self.context.new_page(), self.monitor)

    async def starts_a_party(self) -> str:
        """Start a chat from the home page; return the link to share."""
        await self.opens("/")
        await self.name_box.fill(self.name)
        await self.button("Start a watch party").click()
        await self.is_in()
        return await self.page.get_by_role("textbox", name="Invite link").input_value()

    async def joins(self, link: str) -> None:
        """Follow an invitation and press Join."""
        await self.opens(link)
        await self.is_invited()
        await self.name_box.fill(self.name)
        await self.button("Join").click()
        await self.is_in()

    async def is_in(self) -> None:
        """Wait until the chat is shown and up to date."""
        await self.page.wait_for_url(CHAT)
        await self.is_connected()

    async def is_connected(self) -> None:
        await expect(self.connection).to_have_text("Connected")

    async def is_home(self) -> None:
        await expect(self.button("Start a watch party")).to_be_visible()
        assert self.page.url == f"{self.origin}/"

    async def says(self, text: str) -> None:
        """Type a message and press Enter; return once the server has it."""
        self.said.append(text)
        await self.box.fill(text)
        await self.box.press("Enter")
        await self.has_sent()

    async def has_sent(self) -> None:
        """Wait until no message is being sent any more."""
        await expect(self.box).to_have_value("")
        await expect(self.page.get_by_text(UNDERWAY)).to_have_count(0)

    def message(self, text: str) -> Locator:
        """The message with this text, ignoring differences in white space."""
        return self.messages.filter(has=self.page.get_by_text(text, exact=True))

    async def sees(self, text: str) -> None:
        """Wait until the message is shown exactly once."""
        await expect(self.message(text)).to_have_count(1)

    async def sees_in_log(self, text: str) -> None:
        """Wait until the log shows the message, sent or not."""
        await expect(self.log.get_by_text(text, exact=True)).to_have_count(1)

    def signed(self, name: str) -> Locator:
        """The messages in the log under this name."""
        author = self.page.get_by_text(name, exact=True)
        return self.log.locator("> *").filter(has=author)

    async def counts_messages(self) -> None:
        """Start to record the highest number of messages on the page."""
        await self.log.evaluate(COUNT_MESSAGES)

    async def most_messages(self) -> int:
        return int(await self.page.evaluate("window.mostMessages"))

"""Take screenshots of the page on a phone and a computer, dark and light.

All go to build/screenshots/; those that the README shows also go to docs/images/.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from tests.browser import chromium
from tests.support.api_client import Api
from tests.support.api_fixtures import Person, guest, host
from tests.support.server_process import Server

FOLDER = Path("build/screenshots")
Scheme = Literal["dark", "light"]

README_FOLDER = Path("docs/images")
README_IMAGES = ("chat-dark-desktop", "chat-light-phone")
SIZES: dict[str, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "small": {"width": 320, "height": 640},
    "desktop": {"width": 1280, "height": 800},
}
SCHEMES: tuple[Scheme, ...] = ("dark", "light")

GUESTS = ("Zoë 🎬", "محمد", "花子", "Ravi", "Oluwaseun")
MESSAGES = (
    ("Ravi", "ok, everybody on the title card? 🍿"),
    ("Zoë 🎬", "pressing play in three… two… one…"),
    ("Zoë 🎬", "he is straining spaghetti with a tennis racket 🎾🍝"),
    ("محمد", "هاهاها هذا أفضل مشهد في الفيلم"),
    ("花子", "👏👏👏"),
    (
        "花子",
        "I have to pause for a second, the popcorn is burning. The recipe: https://example.org",
    ),
    ("Alice", "pausing at 00:41:10"),
    ("Oluwaseun", "take your time, I am still looking for my glasses 👓"),
    ("Ravi", "that’s the way it crumbles… cookie-wise"),
)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            await take_screenshots(server.url)
        finally:
            server.stop()


async def take_screenshots(url: str) -> None:
    async with Api(url) as api, async_playwright() as playwright:
        alice, created = await create_party(api)
        browser = await chromium.start(playwright)
        for size in SIZES:
            for scheme in SCHEMES:
                await take_for(browser, scheme, size, url, alice, created["magic_link"])
        await browser.close()


async def create_party(api: Api) -> tuple[Person, dict[str, str]]:
    """Create a chat with a few people and their messages; return the host and the created chat."""
    alice, created = await host(api, "Alice")
    people = {"Alice": alice}
    for name in GUESTS:
        people[name] = await guest(api, name, created["chat_id"], created["magic_key"])
    for name, body in MESSAGES:
        await people[name].say(body)
    return alice, created


async def take_for(
    browser: Browser, scheme: Scheme, size: str, url: str, alice: Person, link: str
) -> None:
    kind = f"{scheme}-{size}"
    context = await browser.new_context(
        viewport=SIZES[size],
        color_scheme=scheme,
        device_scale_factor=1 if size == "desktop" else 2,
    )
    page = await context.new_page()
    await page.goto(url)
    await screenshot(page, f"home-{kind}")
    await page.goto(link)
    await page.get_by_role("button", name="Join").wait_for()
    await screenshot(page, f"invited-{kind}")
    await page.evaluate(
        "([key, value]) => localStorage.setItem(key, value)",
        [f"watchparty:chat:{alice.chat_id}", session_record(alice)],
    )
    await page.goto(f"{url}/chat/{alice.chat_id}")
    await page.get_by_text(MESSAGES[-1][1]).wait_for()
    await screenshot(page, f"chat-{kind}")
    await page.get_by_role("button", name="Copy invite link").click()
    await page.get_by_role("button", name="Close").wait_for()  # the popover is loaded on demand
    await screenshot(page, f"inviting-{kind}")
    await context.close()


def session_record(person: Person) -> str:
    """Return the record that the page stores for a chat."""
    return f'{{"session_token": "{person.session_token}", "username": "{person.name}"}}'


async def screenshot(page: Page, name: str) -> None:
    await page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")
    if name in README_IMAGES:  # one pixel per CSS pixel keeps the file small
        path = README_FOLDER / f"{name}.png"
        await page.screenshot(path=path, animations="disabled", scale="css")


FOLDER.mkdir(parents=True, exist_ok=True)
asyncio.run(main())

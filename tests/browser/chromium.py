"""Find and start the one Chromium that all browser tests share."""

import shutil
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Playwright

# The headless shell draws no window, which halves the time that the tests take.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
INSTALL = (
    "The tests of the page need Chromium. On Debian or Ubuntu: "
    "sudo apt-get install chromium-headless-shell. "
    "Without it, `make test-server` runs all the other tests."
)

HOME_NETWORK = "party.test"  # not a secure context, like http://192.168.…

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--host-resolver-rules=MAP {HOME_NETWORK} 127.0.0.1",
]


class NoChromium(Exception):
    """No usable browser was found on this machine."""


async def start(playwright: Playwright) -> Browser:
    """Start the browser of this machine."""
    return await playwright.chromium.launch(executable_path=find(), args=ARGS)


async def start_profile(playwright: Playwright, folder: Path) -> BrowserContext:
    """Start a browser whose profile stays in the folder after it ends."""
    return await playwright.chromium.launch_persistent_context(
        folder, executable_path=find(), args=ARGS
    )


def find() -> str:
    """Return the path of the browser. Raises NoChromium, which says what to install."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoChromium(INSTALL)
    return found

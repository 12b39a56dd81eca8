"""How quick the page is: `python -m benchmarks.page`, or `make bench-page`.

The real server, the browser of this machine, and nothing in between: what is measured is the page.
All of them share the cores of this machine, so compare figures of one run only. A "phone" is a
browser whose pages get a quarter of the CPU.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from benchmarks.page import burst, delivery, opening, slow_line
from benchmarks.page.burst import Burst
from benchmarks.page.delivery import Delivery
from benchmarks.page.opening import Opening
from benchmarks.page.slow_line import Invited
from tests.browser import chromium
from tests.support.server_process import Server

DEVICES = {"computer": 1, "phone": 4}  # how many times slower than this machine
LONG = 50  # ms; what takes longer than this is felt


def row(*cells: object) -> None:
    """Print a line of a table."""
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def head(*columns: str) -> None:
    """Begin a table."""
    print()
    row(*columns)
    row(*["---"] * len(columns))


def ms(times: list[float]) -> list[str]:
    """Return the median, the time that one in twenty exceeds, and the longest."""
    if len(times) < 2:
        return ["-"] * 3
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return [f"{time:.0f}" for time in (cuts[9], cuts[18], max(times))]


def tell_delivery(device: str, took: Delivery) -> None:
    """Print what one message takes."""
    head(f"one message, {device}", "p50 ms", "p95 ms", "longest")
    row("Send pressed → on the other screen", *ms(took.shown))
    row("Send pressed → frame made", *ms(took.frame))
    row("no browser: POST → held poll answered", *ms(took.poll))


def tell_burst(device: str, took: Burst, messages: int) -> None:
    """Print what a burst did to a page."""
    seen = took.probe
    long = [f"{time} ms" for time in seen["longTasks"] if time > LONG]
    head(f"{messages} messages in {took.seconds:.0f} s, {device}", "p50", "p95", "longest")
    row("POST → on the screen, ms", *ms(took.delivery))
    row("from frame to frame, ms", *ms(seen["frameGaps"]))
    row("event loop late by, ms", *ms(seen["lateness"]))
    row("key pressed → painted, ms", *ms(seen["keys"]))
    row("keys over 16 ms (Event Timing), ms", *ms(seen["slowKeys"]))
    head(f"the page meanwhile, {device}", "before", "after")
    for what, held in took.before.items():
        row(what, held, took.after[what])
    print(f"\ntasks over {LONG} ms: {', '.join(long) or 'none'}")
    print(f"messages seen: {seen['seen']}, lines that tell of missed ones: {seen['lines']}")
    print(f"at most {seen['mostMessages']} messages in the log ({seen['mostElements']} elements)")


def tell_opening(device: str, took: Opening) -> None:
    """Print a line for one way of opening a chat."""
    row(device, *ms(took.shown), ms(took.first)[0], took.files, ms(took.long_tasks)[2])


def tell_invited(encoding: str, took: Invited) -> None:
    """Print a line for one way of sending the page."""
    row(encoding, f"{took.seconds:.2f}", took.requests, f"{took.bytes / 1000:.0f}")


async def follow(browser: Browser, url: str, times: int) -> dict[str, Any]:
    """Follow an invitation on a bad line, and print how that was beside how it should be."""
    found: dict[str, Any] = {}
    rate = slow_line.RATE * 8 / 1000
    what = f"an invitation, {slow_line.ROUND_TRIP} ms round trip, {rate:.0f} kbit/s"
    head(what, "name can be typed after s", "requests", "KB")
    for encoding in slow_line.ENCODINGS:
        invited = await slow_line.measure(browser, url, times, encoding)
        tell_invited(encoding, invited)
        found[encoding] = invited._asdict()
    row("at most", slow_line.USABLE_MAX, slow_line.REQUESTS_MAX, "")
    return found


async def measure(browser: Browser, url: str, asked: argparse.Namespace) -> dict[str, Any]:
    """Measure everything, and print each part when it is there."""
    found: dict[str, Any] = {"invited": await follow(browser, url, asked.invited)}
    if asked.invited_only:
        return found
    for device, slower in DEVICES.items():
        said = await delivery.measure(browser, url, asked.messages, slower)
        tell_delivery(device, said)
        heard = await burst.measure(browser, url, asked.burst, asked.seconds, slower)
        tell_burst(device, heard, asked.burst)
        found[device] = {"delivery": said._asdict(), "burst": heard._asdict()}
    head("opening a chat", "p50 ms", "p95 ms", "longest", "first paint", "files", "longest task")
    for device, slower in DEVICES.items():
        opened = await opening.measure(browser, url, asked.openings, slower)
        tell_opening(device, opened)
        found[device]["opening"] = opened._asdict()
    return found


async def run(asked: argparse.Namespace) -> dict[str, Any]:
    """Start the server and the browser, and measure."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            async with async_playwright() as playwright:
                browser = await chromium.start(playwright)
                return await measure(browser, server.url, asked)
        finally:
            server.stop()


def main() -> None:
    """Measure, print tables, and keep all that was seen."""
    parser = argparse.ArgumentParser(description="How quick the page is")
    parser.add_argument("--messages", type=int, default=120, help="one by one")
    parser.add_argument("--burst", type=int, default=500, help="messages")
    parser.add_argument("--seconds", type=float, default=10, help="in which those come")
    parser.add_argument("--openings", type=int, default=15)
    parser.add_argument("--invited", type=int, default=5, help="invitations on a bad line")
    parser.add_argument("--invited-only", action="store_true", help="and nothing else")
    parser.add_argument("--json", type=Path, default=Path("build/page.json"))
    asked = parser.parse_args()
    found = asyncio.run(run(asked))
    asked.json.parent.mkdir(exist_ok=True)
    asked.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

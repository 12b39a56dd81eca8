"""Measure how fast the page is: `python -m benchmarks.page`, or `make bench-page`.

It uses the real server and this machine's browser, with nothing in between. Both share the cores
of this machine, so compare figures only within one run. A "phone" is a browser whose pages get a
quarter of the CPU.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from benchmarks.page import burst, delivery, opening, slow_connection
from benchmarks.page.burst import Burst
from benchmarks.page.delivery import Delivery
from benchmarks.page.opening import Opening
from benchmarks.page.slow_connection import Invited
from tests.browser import chromium
from tests.support.server_process import Server

DEVICES = {"computer": 1, "phone": 4}  # CPU slowdown
LONG = 50  # ms; people notice longer tasks


def row(*cells: object) -> None:
    """Print a row of a table."""
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def head(*columns: str) -> None:
    """Print the head of a table."""
    print()
    row(*columns)
    row(*["---"] * len(columns))


def ms(times: list[float]) -> list[str]:
    """Return the median, the 95th percentile and the longest, in ms."""
    if len(times) < 2:
        return ["-"] * 3
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return [f"{time:.0f}" for time in (cuts[9], cuts[18], max(times))]


def print_delivery(device: str, figures: Delivery) -> None:
    """Print how long one message takes."""
    head(f"one message, {device}", "p50 ms", "p95 ms", "longest")
    row("Send pressed → on the other screen", *ms(figures.shown))
    row("Send pressed → frame rendered", *ms(figures.frame))
    row("no browser: POST → held poll answered", *ms(figures.poll))


def print_burst(device: str, figures: Burst, posted: int) -> None:
    """Print what a burst of messages cost a page."""
    observed = figures.probe
    long = [f"{time} ms" for time in observed["longTasks"] if time > LONG]
    head(f"{posted} messages in {figures.seconds:.0f} s, {device}", "p50", "p95", "longest")
    row("POST → on the screen, ms", *ms(figures.delivery))
    row("time between two frames, ms", *ms(observed["frameGaps"]))
    row("delay of the event loop, ms", *ms(observed["lateness"]))
    row("key pressed → painted, ms", *ms(observed["keys"]))
    row("keys over 16 ms (Event Timing), ms", *ms(observed["slowKeys"]))
    head(f"the page meanwhile, {device}", "before", "after")
    for name, before in figures.before.items():
        row(name, before, figures.after[name])
    print(f"\ntasks over {LONG} ms: {', '.join(long) or 'none'}")
    print(f"messages seen: {observed['seen']}, notices of missed messages: {observed['notices']}")
    messages, elements = observed["mostMessages"], observed["mostElements"]
    print(f"at most {messages} messages in the log ({elements} elements)")


def print_opening(device: str, figures: Opening) -> None:
    """Print a row for opening a chat on one device."""
    row(device, *ms(figures.shown), ms(figures.first)[0], figures.files, ms(figures.long_tasks)[2])


def print_invited(encoding: str, figures: Invited) -> None:
    """Print a row for following an invitation with one content encoding."""
    row(encoding, f"{figures.seconds:.2f}", figures.requests, f"{figures.bytes / 1000:.0f}")


async def follow(browser: Browser, url: str, times: int) -> dict[str, Any]:
    """Follow an invitation on a slow connection, and print the figures and their limits."""
    found: dict[str, Any] = {}
    rate = slow_connection.RATE * 8 / 1000
    title = f"an invitation, {slow_connection.ROUND_TRIP} ms round trip, {rate:.0f} kbit/s"
    head(title, "name can be typed after s", "requests", "KB")
    for encoding in slow_connection.ENCODINGS:
        invited = await slow_connection.measure(browser, url, times, encoding)
        print_invited(encoding, invited)
        found[encoding] = invited._asdict()
    row("at most", slow_connection.USABLE_MAX, slow_connection.REQUESTS_MAX, "")
    return found


async def measure(browser: Browser, url: str, options: argparse.Namespace) -> dict[str, Any]:
    """Measure everything, and print each part when it is done."""
    found: dict[str, Any] = {"invited": await follow(browser, url, options.invited)}
    if options.invited_only:
        return found
    for device, slowdown in DEVICES.items():
        one_by_one = await delivery.measure(browser, url, options.messages, slowdown)
        print_delivery(device, one_by_one)
        many = await burst.measure(browser, url, options.burst, options.seconds, slowdown)
        print_burst(device, many, options.burst)
        found[device] = {"delivery": one_by_one._asdict(), "burst": many._asdict()}
    head("opening a chat", "p50 ms", "p95 ms", "longest", "first paint", "files", "longest task")
    for device, slowdown in DEVICES.items():
        opened = await opening.measure(browser, url, options.openings, slowdown)
        print_opening(device, opened)
        found[device]["opening"] = opened._asdict()
    return found


async def run(options: argparse.Namespace) -> dict[str, Any]:
    """Start the server and the browser, and measure."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        try:
            async with async_playwright() as playwright:
                browser = await chromium.start(playwright)
                return await measure(browser, server.url, options)
        finally:
            server.stop()


def main() -> None:
    """Measure, print tables, and save all figures as JSON."""
    parser = argparse.ArgumentParser(description="Measure how fast the page is")
    parser.add_argument("--messages", type=int, default=120, help="messages sent one by one")
    parser.add_argument("--burst", type=int, default=500, help="messages in the burst")
    parser.add_argument("--seconds", type=float, default=10, help="duration of the burst")
    parser.add_argument("--openings", type=int, default=15)
    parser.add_argument("--invited", type=int, default=5, help="invitations on a slow connection")
    parser.add_argument("--invited-only", action="store_true", help="measure only the invitations")
    parser.add_argument("--json", type=Path, default=Path("build/page.json"))
    options = parser.parse_args()
    found = asyncio.run(run(options))
    options.json.parent.mkdir(exist_ok=True)
    options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()

"""How quick the page is: `python -m benchmarks.page`, or `make bench-page`.

The real server, the browser of this machine, and no network in between: what is measured is the
page. Figures of one run can be compared; the browser, the server and the load share the cores.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from benchmarks.page import burst, delivery, opening
from tests.browser import chromium
from tests.serving import Server

PHONE = 4  # times slower than this machine
LONG = 50  # ms; a task longer than this is felt


def row(*cells: object) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(map(str, cells))} |"


def table(*columns: str) -> None:
    """Begin a table."""
    print("", row(*columns), row(*["---"] * len(columns)), sep="\n", flush=True)


def ms(times: list[float]) -> list[str]:
    """Return the median, the time that one in twenty exceeds, and the longest."""
    if len(times) < 2:
        return [*(f"{time:.0f}" for time in times), *["–"] * 3][:3]
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return [f"{time:.0f}" for time in (cuts[9], cuts[18], max(times))]


def tell_delivery(took: delivery.Delivery) -> None:
    """Print what one message takes."""
    table("one message", "p50 ms", "p95 ms", "longest")
    print(row("Send pressed → on the other screen", *ms(took.shown)))
    print(row("Send pressed → frame made", *ms(took.frame)))
    print(row("no browser: POST → GET answered", *ms(took.poll)))
    print(row("no browser: POST → POST /poll answered", *ms(took.shared_poll)))


def tell_burst(name: str, took: burst.Burst) -> None:
    """Print what a burst did to a page."""
    seen = took.probe
    long = [time for time in seen["longTasks"] if time > LONG]
    table(f"burst, {name}", "p50", "p95", "longest")
    print(row("POST → on the screen, ms", *ms(took.delivery)))
    print(row("between two frames, ms", *ms(seen["frameGaps"])))
    print(row("event loop late by, ms", *ms(seen["lateness"])))
    print(row("key pressed → painted, ms", *ms(seen["keys"])))
    print(row("keys slower than 16 ms (Event Timing)", *ms(seen["slowKeys"])))
    print(f"\nposted in {took.seconds:.1f} s; tasks over {LONG} ms: {len(long)}, {long}")
    print(f"messages seen: {seen['seen']}, lines: {seen['lines']}")
    print(f"most messages in the log: {seen['mostMessages']}, elements: {seen['mostElements']}")
    print(f"before: {took.before}, after: {took.after}", flush=True)


def tell_opening(name: str, took: opening.Opening) -> None:
    """Print a line for one way of opening a chat."""
    print(row(name, *ms(took.shown), ms(took.first)[0], took.files, ms(took.long_tasks)[2]))


async def measure(browser: Browser, url: str, asked: argparse.Namespace) -> dict[str, Any]:
    """Measure everything, and print each part when it is there."""
    found: dict[str, Any] = {}
    found["delivery"] = took = await delivery.measure(browser, url, asked.messages)
    tell_delivery(took)
    for name, slower in (("computer", 1.0), ("phone", PHONE)):
        found[f"burst, {name}"] = burst_took = await burst.measure(
            browser, url, asked.burst, asked.seconds, slower
        )
        tell_burst(name, burst_took)
    table("opening a chat", "p50 ms", "p95 ms", "longest", "first paint", "files", "longest task")
    for name, slower, far in (
        ("computer", 1, False),
        ("phone", PHONE, False),
        ("phone, 100 ms away", PHONE, True),
    ):
        opening_took = await opening.measure(browser, url, asked.openings, slower, far)
        found[f"opening, {name}"] = opening_took
        tell_opening(name, opening_took)
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
    parser.add_argument("--seconds", type=float, default=10, help="for those")
    parser.add_argument("--openings", type=int, default=15)
    parser.add_argument("--json", type=Path, default=Path("build/page.json"))
    asked = parser.parse_args()
    found = asyncio.run(run(asked))
    asked.json.parent.mkdir(exist_ok=True)
    asked.json.write_text(json.dumps({name: one._asdict() for name, one in found.items()}))


if __name__ == "__main__":
    main()

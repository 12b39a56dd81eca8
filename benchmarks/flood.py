"""Measure how much a party notices of a flood: 500 requests a second from another address.

    python -m benchmarks.flood [SECONDS [KIND...]]

For each kind of request: the time from Alice's post to the answer of Bob's held poll, without the
flood and with it, against one server with its default settings.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from multiprocessing import Process
from pathlib import Path

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.server_process import Server

RATE = 500  # requests per second
FLOOD_ADDRESS = "198.51.100.1"
PACE = 0.6  # seconds between two messages; a member may post two a second
PHASE = 20.0  # seconds without the flood, and as many with it

Request = tuple[str, str, str | None, object]


async def post_and_time(story: Story, seconds: float) -> list[float]:
    """Let Alice post; return the seconds until Bob received each message."""
    durations, last_id = [], (await story.bob.read())["last_id"]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        held = asyncio.create_task(story.bob.read(since=last_id, wait=25))
        await asyncio.sleep(PACE)
        began = time.perf_counter()
        await story.alice.say("!")
        last_id = (await held)["last_id"]
        durations.append(time.perf_counter() - began)
    return durations


async def send_flood(url: str, request: Request, seconds: float) -> Counter[int]:
    """Send RATE requests a second, and count the answers by status."""
    method, path, token, body = request
    statuses: Counter[int] = Counter()

    async def send(api: Api) -> None:
        headers = {"X-Forwarded-For": FLOOD_ADDRESS}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        async with api._session.request(method, url + path, headers=headers, json=body) as answer:
            await answer.read()
            statuses[answer.status] += 1

    async with Api(url) as api:
        underway: set[asyncio.Task[None]] = set()
        began = time.monotonic()
        while (now := time.monotonic()) < began + seconds:
            due = int((now - began) * RATE) - statuses.total() - len(underway)
            for _ in range(max(due, 0)):
                underway.add(task := asyncio.create_task(send(api)))
                task.add_done_callback(underway.discard)
            await asyncio.sleep(0.005)
        await asyncio.gather(*underway, return_exceptions=True)
    return statuses


def flood(url: str, request: Request, seconds: float) -> None:
    """Run the flood, in a process of its own."""
    statuses = asyncio.run(send_flood(url, request, seconds))
    print(f"    {request[0]} {request[1]}: {dict(statuses)}", flush=True)


async def measure(
    url: str, party: str, request: Request, seconds: float
) -> tuple[list[float], list[float]]:
    """Return the times of a party at the address `party`, without the flood and with it."""
    async with Api(url, party) as api:
        story = await new_story(api)
        quiet = await post_and_time(story, seconds)
        neighbour = Process(target=flood, args=(url, request, seconds + 3))
        neighbour.start()
        await asyncio.sleep(1)  # until its process has started
        flooded = await post_and_time(story, seconds)
        await asyncio.to_thread(neighbour.join)
        return quiet, flooded


def p95(times: list[float]) -> float:
    """Return the 95th percentile in milliseconds."""
    return statistics.quantiles(times, n=20)[-1] * 1000


async def requests(url: str) -> dict[str, Request]:
    """Return a request of each kind, from somebody with a party of their own."""
    async with Api(url, FLOOD_ADDRESS) as api:
        own = await new_story(api)
        page = (await api.get("/")).body.decode()
    mine, token = own.alice.path, own.alice.session_token
    poll = {"chats": {f"{own.chat_id}": {"token": token, "since": 0}}}
    return {
        "page": ("GET", "/", None, None),
        "file": ("GET", page.partition('href="')[2].partition('"')[0], None, None),
        "document": ("GET", "/openapi.json", None, None),
        "health": ("GET", "/healthz", None, None),
        "nowhere": ("GET", "/nowhere", None, None),
        "name": ("POST", "/auth", None, {"username": "Loop"}),
        "start": ("POST", "/create", None, {}),
        "join": ("POST", f"{mine}/join", None, {"magic_key": own.magic_key}),
        "wrong key": ("POST", f"{mine}/join", None, {"magic_key": "wrong"}),
        "wrong token": ("GET", mine, "wrong", None),
        "read": ("GET", mine, token, None),
        "wait": ("GET", f"{mine}?since=0&wait=25", token, None),
        "post": ("POST", mine, token, {"body": "loop"}),
        "poll": ("POST", "/poll", None, poll),
        "wrong poll": ("POST", "/poll", None, {"chats": {"1": {"token": "x", "since": 0}}}),
        "picture": ("GET", f"{mine}/invite/qr", token, None),
        "large body": ("POST", "/nowhere", None, {"x": "x" * 60_000}),
        "topic": ("PUT", f"{mine}/topic", token, {"topic": "loop"}),
    }


async def measure_each(url: str, seconds: float, only: list[str]) -> list[str]:
    """Measure each kind of request, or only these; print and return a row of the table for each."""
    table = []
    for number, (name, request) in enumerate((await requests(url)).items()):
        if not only or name in only:
            quiet, flooded = await measure(url, f"192.0.2.{number}", request, seconds)
            ratio = p95(flooded) / p95(quiet)
            table.append(f"| {name} | {p95(quiet):.1f} | {p95(flooded):.1f} | {ratio:.2f} |")
            print(table[-1], flush=True)
    return table


async def main(seconds: float, only: list[str]) -> None:
    """Print a table with a row for each kind of request."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), limits="on", trusted_proxies="1")
        try:
            table = await measure_each(server.url, seconds, only)
        finally:
            server.stop()
    print("\n| flood | p95 without, ms | p95 with, ms | ratio |\n| --- | --- | --- | --- |")
    print("\n".join(table))


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if sys.argv[1:] else PHASE, sys.argv[2:]))

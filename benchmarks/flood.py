"""How much a party notices of a loop that asks 500 times a second from another address.

    python -m benchmarks.flood [SECONDS]

For each kind of request: the time from Alice's post to Bob's held poll, without the loop and
with it, in turns against one server as it ships.
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
FLOOD = "198.51.100.1"
PACE = 0.6  # seconds between two messages; a member may say two a second
SECONDS = 20.0  # of each phase

Request = tuple[str, str, str | None, object]


async def talk(story: Story, seconds: float) -> list[float]:
    """Return how many seconds each of Alice's messages took until Bob had it."""
    took, last_id = [], (await story.bob.read())["last_id"]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        held = asyncio.create_task(story.bob.read(since=last_id, wait=25))
        await asyncio.sleep(PACE)
        began = time.perf_counter()
        await story.alice.say("!")
        last_id = (await held)["last_id"]
        took.append(time.perf_counter() - began)
    return took


async def loop(url: str, request: Request, seconds: float) -> Counter[int]:
    """Ask as often as told, whatever the answers, and count them by status."""
    method, path, token, body = request
    statuses: Counter[int] = Counter()

    async def ask(api: Api) -> None:
        headers = {"X-Forwarded-For": FLOOD}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        async with api._session.request(method, url + path, headers=headers, json=body) as answer:
            await answer.read()
            statuses[answer.status] += 1

    async with Api(url) as api:
        asking: set[asyncio.Task[None]] = set()
        began = time.monotonic()
        while (now := time.monotonic()) < began + seconds:
            due = int((now - began) * RATE) - statuses.total() - len(asking)
            for _ in range(max(due, 0)):
                asking.add(task := asyncio.create_task(ask(api)))
                task.add_done_callback(asking.discard)
            await asyncio.sleep(0.005)
        await asyncio.gather(*asking, return_exceptions=True)
    return statuses


def flood(url: str, request: Request, seconds: float) -> None:
    """Be the loop, in a process of its own."""
    statuses = asyncio.run(loop(url, request, seconds))
    print(f"    {request[0]} {request[1]}: {dict(statuses)}", flush=True)


async def measure(
    url: str, party: str, request: Request, seconds: float
) -> tuple[list[float], list[float]]:
    """Return the times of a party at the address `party` without the loop and with it."""
    async with Api(url, party) as api:
        story = await new_story(api)
        calm = await talk(story, seconds)
        neighbour = Process(target=flood, args=(url, request, seconds + 3))
        neighbour.start()
        await asyncio.sleep(1)  # it starts its Python
        storm = await talk(story, seconds)
        await asyncio.to_thread(neighbour.join)
        return calm, storm


def p95(times: list[float]) -> float:
    """Return the time that one in twenty exceeds, in milliseconds."""
    return statistics.quantiles(times, n=20)[-1] * 1000


async def requests(url: str) -> dict[str, Request]:
    """Return one request for each kind of address, from a neighbour with a party of their own."""
    async with Api(url, FLOOD) as api:
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


async def main(seconds: float, only: list[str]) -> None:
    """Print a table with a row for each kind of request."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), limits="on", trusted_proxies="1")
        table = []
        for number, (name, request) in enumerate((await requests(server.url)).items()):
            if not only or name in only:
                party = f"192.0.2.{number}"
                calm, storm = await measure(server.url, party, request, seconds)
                ratio = p95(storm) / p95(calm)
                table.append(f"| {name} | {p95(calm):.1f} | {p95(storm):.1f} | {ratio:.2f} |")
                print(table[-1], flush=True)
        server.stop()
    print("\n| loop | p95 without, ms | p95 with, ms | ratio |\n| --- | --- | --- | --- |")
    print("\n".join(table))


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if sys.argv[1:] else SECONDS, sys.argv[2:]))

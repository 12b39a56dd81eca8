"""Members of one chat who all talk as fast as they are answered, and nobody listens."""

import asyncio
import time

from benchmarks.clients.http import WORDS, HttpRoom, HttpVenue
from benchmarks.clients.wire import Wire
from benchmarks.running import Running

WARM_UP = 0.5  # seconds that do not count


async def measure(server: Running, transport: str, size: int, effort: float) -> dict[str, float]:
    """Return how many posts a second `size` members get answered, and what each costs."""
    venue = HttpVenue(server.host, server.port, transport)
    room = await venue.open_room()
    tokens = [await room.join(f"Guest {number}") for number in range(size)]
    wires = [await venue.desk.wire() for _ in tokens]
    members = list(zip(tokens, wires, strict=True))
    warm = await talk_for(WARM_UP, room, members)
    began, used, own = time.monotonic(), server.cpu(), time.process_time()
    ids = await talk_for(effort, room, members)
    seconds = time.monotonic() - began
    used, own = server.cpu() - used, time.process_time() - own
    if sorted(warm + ids) != list(range(1, len(warm + ids) + 1)):
        raise RuntimeError("two messages have the same number, or one is missing")
    for wire in wires:
        wire.close()
    venue.close()
    per_post = 1e6 / len(ids)
    return {"posts_s": len(ids) / seconds, "cpu_us": used * per_post, "load_us": own * per_post}


async def talk_for(seconds: float, room: HttpRoom, members: list[tuple[str, Wire]]) -> list[int]:
    """Let all of them talk for a while; return the ids of what they said."""
    end = time.monotonic() + seconds
    said: list[int] = []

    async def talk(token: str, wire: Wire) -> None:
        while time.monotonic() < end:
            told = await wire.ask("POST", f"/{room.chat_id}", token, {"body": WORDS})
            said.append(told.json()["id"])

    await asyncio.gather(*(talk(*member) for member in members))
    return said

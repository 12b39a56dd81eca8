"""All members of one chat post as fast as they are answered, and nobody waits for messages."""

import asyncio
import time

from benchmarks.clients.connection import Connection
from benchmarks.clients.http import BODY, HttpChat, HttpDriver
from benchmarks.running import RunningServer

WARM_UP = 0.5  # seconds, not measured


async def measure(
    server: RunningServer, transport: str, size: int, effort: float
) -> dict[str, float]:
    """Return the posts per second that `size` members get answered, and the CPU time of each."""
    driver = HttpDriver(server.host, server.port, transport)
    chat = await driver.create_chat()
    tokens = [await chat.join(f"Guest {number}") for number in range(size)]
    connections = [await driver.pool.acquire() for _ in tokens]
    members = list(zip(tokens, connections, strict=True))
    warm = await post_for(WARM_UP, chat, members)
    began, cpu_before, load_before = time.monotonic(), server.cpu(), time.process_time()
    ids = await post_for(effort, chat, members)
    seconds = time.monotonic() - began
    server_cpu, load_cpu = server.cpu() - cpu_before, time.process_time() - load_before
    if sorted(warm + ids) != list(range(1, len(warm + ids) + 1)):
        raise RuntimeError("two messages have the same number, or one is missing")
    for connection in connections:
        connection.close()
    driver.close()
    return {
        "posts_s": len(ids) / seconds,
        "cpu_us": server_cpu / len(ids) * 1e6,
        "load_us": load_cpu / len(ids) * 1e6,
    }


async def post_for(
    seconds: float, chat: HttpChat, members: list[tuple[str, Connection]]
) -> list[int]:
    """Let all members post for a while; return the ids of their messages."""
    end = time.monotonic() + seconds
    ids: list[int] = []

    async def post(token: str, connection: Connection) -> None:
        while time.monotonic() < end:
            answer = await connection.ask("POST", f"/{chat.chat_id}", token, {"body": BODY})
            ids.append(answer.json()["id"])

    await asyncio.gather(*(post(*member) for member in members))
    return ids

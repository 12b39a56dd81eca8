"""A minimal chat as a bare ASGI callable: no framework, and no checks.

Its cost is the cost of the ASGI server itself. While it holds an answer it awaits `receive()`,
since otherwise every client that disconnects would leave a task behind. A poll does that in its
only task, which a message wakes by cancelling it: a second task costs more. A stream has a second
task, once for all its messages.
"""

import asyncio
import json
from collections import deque
from typing import Any

STREAM = b"text/event-stream"
KEEP_ALIVE = 20.0  # seconds between comments on a stream


class Poller:
    """A held poll."""

    __slots__ = ("task", "woken")

    task: "asyncio.Task[Any]"
    woken: bool

    def wake(self) -> None:
        if not self.woken:
            self.woken = True
            self.task.cancel()

    async def wait(self, chat: "Chat", receive: Any, seconds: float) -> bool:
        """Wait for a message or the time-out; return False if the client disconnected."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None
        self.task = task
        self.woken = False
        chat.waiting.add(self)
        timer = loop.call_later(seconds, self.wake)
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        except asyncio.CancelledError:
            task.uncancel()
            return True
        finally:
            timer.cancel()
            chat.waiting.discard(self)
        return False


class StreamReader:
    """A stream, until its client disconnects."""

    __slots__ = ("beat", "is_connected", "news")

    def __init__(self) -> None:
        self.is_connected = True
        self.start()

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self.news: asyncio.Future[None] = loop.create_future()

    def wake(self) -> None:
        if not self.news.done():
            self.news.set_result(None)

    def keep_alive(self) -> None:
        self.wake()
        self.beat = asyncio.get_running_loop().call_later(KEEP_ALIVE, self.keep_alive)

    async def watch(self, receive: Any) -> None:
        """Wait until the client disconnects, and end the stream."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self.is_connected = False
        self.wake()


class Chat:
    """The last 30 messages, each encoded once, and the clients that wait for the next one."""

    def __init__(self) -> None:
        self.messages: deque[bytes] = deque(maxlen=30)
        self.last_id = 0
        self.waiting: set[Poller | StreamReader] = set()

    def say(self, body: str) -> bytes:
        self.last_id += 1
        message = json.dumps({"id": self.last_id, "username": "Guest", "body": body}).encode()
        self.messages.append(message)
        woken, self.waiting = self.waiting, set()
        for reader in woken:
            reader.wake()
        return message

    def after(self, since: int) -> list[bytes]:
        new = self.last_id - since
        return list(self.messages)[-new:] if new > 0 else []


chats: list[Chat] = []


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await run_lifespan(receive, send)
    elif scope["method"] == "POST" or scope["path"] == "/healthz":
        await answer(send, await perform(scope["path"], receive))
    else:
        chat = chats[int(scope["path"][1:])]
        query = dict(pair.split(b"=") for pair in scope["query_string"].split(b"&"))
        if any(value == STREAM for _, value in scope["headers"]):
            await stream(chat, int(query[b"since"]), receive, send)
        else:
            await poll(chat, int(query[b"since"]), float(query[b"wait"]), receive, send)


async def perform(path: str, receive: Any) -> bytes:
    """Perform a request other than a poll or a stream, and return the body of its answer."""
    if path == "/create":
        chats.append(Chat())
        return b'{"chat_id":%d,"session_token":"-","magic_key":"-"}' % (len(chats) - 1)
    if path == "/healthz" or path.endswith("/join"):
        return b'{"session_token":"-"}'
    body, more = b"", True
    while more:
        part = await receive()
        body += part["body"]
        more = part.get("more_body", False)
    return chats[int(path[1:])].say(json.loads(body)["body"])


async def poll(chat: Chat, since: int, wait: float, receive: Any, send: Any) -> None:
    new = chat.after(since)
    if not new:
        if not await Poller().wait(chat, receive, wait):
            return
        new = chat.after(since)
    await answer(send, b'{"messages":[%b],"last_id":%d}' % (b",".join(new), chat.last_id))


async def stream(chat: Chat, since: int, receive: Any, send: Any) -> None:
    headers = [(b"content-type", STREAM), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    reader = StreamReader()
    watch = asyncio.ensure_future(reader.watch(receive))
    reader.keep_alive()
    while reader.is_connected:
        reader.start()
        chat.waiting.add(reader)
        new = chat.after(since)
        since += len(new)
        events = b"".join(b"data: %b\n\n" % message for message in new) or b":\n\n"
        await send({"type": "http.response.body", "body": events, "more_body": True})
        await reader.news
    reader.beat.cancel()
    watch.cancel()
    chat.waiting.discard(reader)


async def answer(send: Any, body: bytes) -> None:
    length = (b"content-length", b"%d" % len(body))
    headers = [(b"content-type", b"application/json"), length]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def run_lifespan(receive: Any, send: Any) -> None:
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})

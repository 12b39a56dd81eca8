"""The least a chat on an ASGI server can be: one callable, no framework, and no check of anything.

What a server costs with this is the server's own price: nobody gets below it without another one.
It reads `receive()` while it holds an answer, or every client that hangs up would leave a task,
and does that in the request's own task, which news wake by cancelling: a second one costs more.
"""

import asyncio
import json
from collections import deque
from typing import Any

STREAM = b"text/event-stream"
SILENCE = 20.0  # seconds until a stream says that it is still there


class Reader:
    """One who waits."""

    __slots__ = ("task", "woken")

    task: "asyncio.Task[Any]"
    woken: bool

    def wake(self) -> None:
        if not self.woken:
            self.woken = True
            self.task.cancel()

    async def wait(self, chat: "Chat", receive: Any, seconds: float) -> bool:
        """Wait for news, or for so many seconds; return False when the client has hung up."""
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


class Chat:
    """The last 30 messages, each encoded once, and who waits for the next one."""

    def __init__(self) -> None:
        self.messages: deque[bytes] = deque(maxlen=30)
        self.last_id = 0
        self.waiting: set[Reader] = set()

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
        await live(receive, send)
    elif scope["method"] == "POST" or scope["path"] == "/healthz":
        await answer(send, await act(scope["path"], receive))
    else:
        chat = chats[int(scope["path"][1:])]
        asked = dict(pair.split(b"=") for pair in scope["query_string"].split(b"&"))
        if any(value == STREAM for _, value in scope["headers"]):
            await stream(chat, int(asked[b"since"]), receive, send)
        else:
            await poll(chat, int(asked[b"since"]), float(asked[b"wait"]), receive, send)


async def act(path: str, receive: Any) -> bytes:
    """Do what is asked, and return the answer."""
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
        if not await Reader().wait(chat, receive, wait):
            return
        new = chat.after(since)
    await answer(send, b'{"messages":[%b],"last_id":%d}' % (b",".join(new), chat.last_id))


async def stream(chat: Chat, since: int, receive: Any, send: Any) -> None:
    headers = [(b"content-type", STREAM), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    reader, here = Reader(), True
    while here:
        new = chat.after(since)
        since += len(new)
        events = b"".join(b"data: %b\n\n" % message for message in new) or b":\n\n"
        await send({"type": "http.response.body", "body": events, "more_body": True})
        if chat.last_id == since:
            here = await reader.wait(chat, receive, SILENCE)


async def answer(send: Any, body: bytes) -> None:
    length = (b"content-length", b"%d" % len(body))
    headers = [(b"content-type", b"application/json"), length]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def live(receive: Any, send: Any) -> None:
    while (await receive())["type"] != "lifespan.shutdown":
        await send({"type": "lifespan.startup.complete"})
    await send({"type": "lifespan.shutdown.complete"})

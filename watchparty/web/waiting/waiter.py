"""A held request: it ends on news, on timeout or on disconnect.

Every poll and every stream waits here, and only here:

                            nothing to answer
    subscribe ──▶ look ───────────────────────────▶ wait ──▶ client hung up: no answer
                  ▲  │                                │
                  │  ▼ news, timeout, superseded,     │ wake(): a message, another state, a
                  │ answer  removed, server stops     │ removal, timeout, superseded, stopping
                  └───────────────────────────────────┘

Rules:

1.  Subscribe before the first look, and let nothing run between a look and the wait after it (no
    `await`). Whatever happens later calls `wake()`, so no news falls in between.
2.  A wake-up carries no data: the waiter looks again, and answers with the page of that moment.
3.  A poll waits in one task, the server's own, in `receive()`. It is woken by cancelling that
    call. A second task for each poll would add half to the cost of a delivery on Hypercorn,
    and 4 KB per client.
4.  A poll is woken only when there is something to answer: some servers (Granian) do not let
    `receive()` be called again after it was cancelled.
5.  A cancellation from outside is not a wake-up, and is raised.
6.  A stream waits for a future, because its client may hang up while it sends: a second task
    calls `receive()`. If it has to end while its client does not read, the send is cancelled.
7.  Thousands of these exist at a time: slots, few frames, and one timer for many (timer_wheel.py).
"""

import asyncio
from typing import Any, NamedTuple, cast

from hypercorn.typing import ASGIReceiveCallable

from watchparty.party.chat import ChatView
from watchparty.party.errors import Forbidden, PartyError, Stopping
from watchparty.party.window import Page
from watchparty.web.limits.held_requests import HeldRequests, Holders, superseded
from watchparty.web.response import sse
from watchparty.web.response.schemas import PollAnswer
from watchparty.web.waiting.hold import View
from watchparty.web.waiting.timer_wheel import Expiring, TimerWheel

Found = tuple[Page | PollAnswer, bytes]


class WaitingRoom(NamedTuple):
    """The state that all held requests of one server share."""

    held: HeldRequests
    timers: TimerWheel


class Waiter:
    """A request that waits up to `seconds` at a time for news in `view`.

    Must be created and entered in the task that will wait. Entering raises RateLimited when
    too many requests are held already.
    """

    __slots__ = (
        *("_holders", "_is_superseded", "_is_timed_out", "_receive", "_room", "_seconds"),
        *("_task", "_timer_entries", "_view"),
    )

    def __init__(
        self,
        view: View,
        seconds: float,
        holders: Holders,
        room: WaitingRoom,
        receive: ASGIReceiveCallable,
    ) -> None:
        self._view, self._seconds, self._holders = view, seconds, holders
        self._room, self._receive = room, receive
        self._timer_entries: set[Expiring] | None = None
        self._is_timed_out = self._is_superseded = False

    def __enter__(self) -> None:
        self._task = cast("asyncio.Task[object]", asyncio.current_task(self._room.timers.loop))
        self._room.held.add(self._holders, self.evict)
        self._view.subscribe(self)

    def __exit__(self, *failure: object) -> None:
        self._view.unsubscribe(self)
        self._room.held.remove(self._holders, self.evict)
        if self._timer_entries is not None:
            self._timer_entries.discard(self)

    def wake(self) -> None:
        """Look again: now, or before the next wait."""
        raise NotImplementedError

    def expire(self) -> None:
        """Answer now: the wait timed out."""
        self._timer_entries, self._is_timed_out = None, True
        self.wake()

    def evict(self) -> None:
        """End: a newer request of the same holder replaces this one."""
        self._is_superseded = True
        self.wake()

    def _look(self) -> Found | None:
        """Return the answer, or None to wait. Starts the timer of the wait.

        Raises Forbidden, Stopping, and RateLimited when superseded.
        """
        if self._is_superseded:
            raise superseded()
        if self._timer_entries is None and not self._is_timed_out:
            self._timer_entries = self._room.timers.start(self, self._seconds)
        found = self._view.look()
        if not (found[0].has_news or self._is_timed_out):
            if self._view.is_stopping:
                raise Stopping
            return None
        self._is_timed_out = False
        return found


class PollWaiter(Waiter):
    """Waits for a single answer, in a single task."""

    __slots__ = ("_is_waiting", "_is_woken")

    def __enter__(self) -> None:
        self._is_waiting = self._is_woken = False
        super().__enter__()

    def wake(self) -> None:
        """Look again, now or before the next wait, if there is something to answer."""
        if not self._is_waiting:
            self._is_woken = True
        elif not self._is_woken and self._should_answer():
            self._is_woken = True
            self._task.cancel()

    def _should_answer(self) -> bool:
        if self._is_timed_out or self._is_superseded:
            return True
        try:
            return self._view.has_news() or self._view.is_stopping
        except Forbidden:
            return True

    async def next(self) -> Found | None:
        """Return the answer, as soon as there is news or the wait times out.

        Returns None when the client hung up. Raises Forbidden, Stopping, and RateLimited when
        superseded.
        """
        while (found := self._look()) is None:
            try:
                while not self._is_woken:
                    self._is_waiting = True
                    if (await self._receive())["type"] == "http.disconnect":
                        return None
            except asyncio.CancelledError:
                if self._task.cancelling() > int(self._is_woken):
                    raise  # somebody else cancelled the task
            finally:
                if self._is_waiting and self._is_woken:
                    self._task.uncancel()
                self._is_waiting = False
            self._is_woken = False
        return found


class StreamWaiter(Waiter):
    """Waits for one page after another, while a second task notices the disconnect."""

    _view: ChatView

    __slots__ = ("_is_connected", "_is_send_cancelled", "_is_sending", "_listener", "_woken")

    def __enter__(self) -> None:
        self._woken, self._is_connected = self._room.timers.loop.create_future(), True
        self._is_sending = self._is_send_cancelled = False
        super().__enter__()
        self._listener = self._room.timers.loop.create_task(self._listen())

    def __exit__(self, *failure: object) -> None:
        self._listener.cancel()
        super().__exit__(*failure)

    def wake(self) -> None:
        """Look again. If the stream has to end while the client does not read, cancel the send."""
        if not self._woken.done():
            self._woken.set_result(None)
        if self._is_sending and not self._is_send_cancelled and self.refusal() is not None:
            self._is_send_cancelled = self._task.cancel()

    def refusal(self) -> PartyError | None:
        """Return the error that ends this stream, if any."""
        if self._is_superseded:
            return superseded()
        if not self._view.is_member:
            return self._view.chat.ended()
        return Stopping() if self._view.is_stopping else None

    def first(self) -> Page:
        """Return the page at the cursor, and advance the cursor. Raises Forbidden."""
        return self._advance(self._view.look()[0])

    async def next(self) -> Page | None:
        """Return the next page like `first`, as soon as it has news or after a silence.

        Returns None when the client hung up. Raises Forbidden, Stopping, and RateLimited when
        superseded.
        """
        while (found := self._look()) is None:
            await self._woken
            self._woken = self._room.timers.loop.create_future()
            if not self._is_connected:
                return None
        return self._advance(cast("Page", found[0]))

    async def send(self, send: Any, message: dict[str, Any]) -> None:
        """Send a message. Waits until the client has read enough of those before it.

        Raises TimeoutError when the stream has to end while the client does not read.
        """
        self._is_sending = True
        try:
            await send(message)
        except asyncio.CancelledError:
            if not self._is_send_cancelled or self._task.uncancel():
                raise  # somebody else cancelled the task
            raise TimeoutError from None
        finally:
            self._is_sending = False

    def _advance(self, page: Page) -> Page:
        self._view.cursor = sse.cursor_after(page, self._view.cursor)
        return page

    async def _listen(self) -> None:
        try:
            while (await self._receive())["type"] != "http.disconnect":
                pass
        finally:
            self._is_connected = False
            self.wake()

"""Somebody who waits: for news, for their time to be over, or until they hang up."""

import asyncio
from typing import Any, cast

from hypercorn.typing import ASGIReceiveCallable

from watchparty.party.errors import Forbidden, PartyError, Stopping
from watchparty.party.service import Seat
from watchparty.party.window import Page
from watchparty.web.fast_path.asgi_messages import Message
from watchparty.web.fast_path.parse import PlainRequest
from watchparty.web.fast_path.timer_wheel import Alarms, Sleeper
from watchparty.web.limits.held_requests import displaced
from watchparty.web.limits.rate_limits import Limits
from watchparty.web.response import sse


class Reader:
    """A member at a `cursor` in their chat, who waits up to `hold` seconds for news.

    Enter the context to have a place to wait in. That raises RateLimited when there is none.
    """

    __slots__ = (
        *("_alarms", "_holders", "_limits", "_receive", "_seat", "_sleepers", "_task"),
        *("_is_displaced", "_is_over", "cursor", "hold"),
    )

    def __init__(
        self,
        seat: Seat,
        asked: PlainRequest,
        limits: Limits,
        alarms: Alarms,
        receive: ASGIReceiveCallable,
    ) -> None:
        """Be the task that this is called in; `receive` tells when the client hangs up."""
        self.cursor = asked.cursor
        self.hold = sse.HEARTBEAT if asked.wait is None else asked.wait
        self._seat, self._holders = seat, limits.holders(asked.credential, seat)
        self._limits, self._alarms, self._receive = limits, alarms, receive
        self._sleepers: set[Sleeper] | None = None
        self._is_over = self._is_displaced = False

    def __enter__(self) -> None:
        self._task = cast("asyncio.Task[object]", asyncio.current_task(self._alarms.loop))
        self._limits.enter_place(self._holders, self.give_way)
        self._seat.chat.audience.join(self)

    def __exit__(self, *failure: object) -> None:
        self._seat.chat.audience.leave(self)
        self._limits.leave_place(self._holders, self.give_way)
        if self._sleepers is not None:
            self._sleepers.discard(self)

    def look(self) -> tuple[Page, bytes]:
        """Return the page at the cursor, and the same as JSON. Raises Forbidden."""
        return self._seat.chat.look(self._seat.member.member_id, self.cursor)

    async def next_page(self) -> tuple[Page, bytes] | None:
        """Return the page at the cursor when it has news, or `hold` seconds after the last silence.

        Look, wait, look again, with nothing between a look and the wait after it. Returns None
        when the client hung up. Raises Forbidden, Stopping, and RateLimited when another
        poll takes the place of this one.
        """
        raise NotImplementedError

    def ring(self) -> None:
        """Tell them that their time is over."""
        self._sleepers, self._is_over = None, True
        self.wake()

    def give_way(self) -> None:
        """Tell them that another poll of theirs takes this one's place."""
        self._is_displaced = True
        self.wake()

    def refusal(self) -> PartyError | None:
        """Return why they may not wait any longer, if so."""
        if self._is_displaced:
            return displaced()
        if self._seat.member.member_id not in self._seat.chat.members:
            return Forbidden()
        return Stopping() if self._seat.chat.audience.is_stopping else None

    def wake(self) -> None:
        """Let them look again, now or as soon as they would wait."""
        raise NotImplementedError

    def _found(self) -> tuple[Page, bytes] | None:
        """Return what to tell them now; None when they are to wait, after which they look again."""
        if self._is_displaced:
            raise displaced()
        if self._sleepers is None and not self._is_over:
            self._sleepers = self._alarms.set(self, self.hold)
        page, encoded = self.look()
        if not (page.has_news or self._is_over):
            self._seat.chat.audience.stay()
            return None
        self._is_over = False
        return page, encoded


class PollReader(Reader):
    """One who waits for a single page, in a single task.

    Woken by cancelling what they wait for: a second task for each would cost more.
    """

    __slots__ = ("_is_waiting", "_is_woken")

    def __enter__(self) -> None:
        self._is_waiting = self._is_woken = False
        super().__enter__()

    def wake(self) -> None:
        """Let them look again if there is something to see, now or as soon as they would wait."""
        if not self._is_waiting:
            self._is_woken = True
        elif not self._is_woken and self._has_reason():
            self._is_woken = True
            self._task.cancel()

    def _has_reason(self) -> bool:
        """Tell whether there is something to answer.

        Who is woken for nothing would wait anew, and not every server lets `receive()` be
        called again after it was cancelled: Granian answers as if the client had gone.
        """
        if self._is_over or self.cursor.since != self._seat.chat.window.last_id:
            return True  # as nearly always
        return self.refusal() is not None or self.look()[0].has_news

    async def next_page(self) -> tuple[Page, bytes] | None:
        """Return the page at the cursor as soon as there is something to tell; see above."""
        while (found := self._found()) is None:
            try:
                while not self._is_woken:
                    self._is_waiting = True
                    if (await self._receive())["type"] == "http.disconnect":
                        return None
            except asyncio.CancelledError:
                # Somebody else may cancel the task as well, and then it is to end.
                if self._task.cancelling() > int(self._is_woken):
                    raise
            finally:
                if self._is_waiting and self._is_woken:
                    self._task.uncancel()
                self._is_waiting = False
            self._is_woken = False
        return found


class StreamReader(Reader):
    """One who waits for page after page, while a second task hears whether they are there."""

    __slots__ = ("_hearing", "_is_cut", "_is_here", "_is_told", "_news")

    def __enter__(self) -> None:
        self._news, self._is_here = self._alarms.loop.create_future(), True
        self._is_told, self._is_cut = True, False
        super().__enter__()
        self._hearing = self._alarms.loop.create_task(self._hear())

    def __exit__(self, *failure: object) -> None:
        self._hearing.cancel()
        super().__exit__(*failure)

    def wake(self) -> None:
        """Let them look again, now or as soon as they would wait."""
        if not self._news.done():
            self._news.set_result(None)
        if not self._is_told and not self._is_cut and self.refusal() is not None:
            self._is_cut = self._task.cancel()

    async def tell(self, send: Any, message: Message) -> None:
        """Send something, which takes as long as they need to read what came before.

        Raises TimeoutError when they have to go and have not even read that.
        """
        self._is_told = False
        try:
            await send(message)
        except asyncio.CancelledError:
            # Somebody else may cancel the task as well, and then it is to end.
            if not self._is_cut or self._task.uncancel():
                raise
            raise TimeoutError from None
        finally:
            self._is_told = True

    async def next_page(self) -> tuple[Page, bytes] | None:
        """Return the page at the cursor as soon as there is something to tell; see above."""
        while (found := self._found()) is None:
            await self._news
            self._news = self._alarms.loop.create_future()
            if not self._is_here:
                return None
        return found

    async def _hear(self) -> None:
        """Notice when the client has hung up."""
        try:
            while (await self._receive())["type"] != "http.disconnect":
                pass
        finally:
            self._is_here = False
            self.wake()

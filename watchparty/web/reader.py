"""Somebody who waits: for news, for their time to be over, or until they hang up."""

import asyncio
from typing import Any, cast

from hypercorn.typing import ASGIReceiveCallable

from watchparty.party.errors import Forbidden, PartyError, Stopping
from watchparty.party.party import Seat
from watchparty.party.window import Cursor, Page
from watchparty.web.alarms import Alarms, Ring
from watchparty.web.asgi_messages import Message
from watchparty.web.holding import displaced
from watchparty.web.limits import Limits


class Reader:
    """A member who waits in their chat. Enter the context to have a place to wait in.

    Entering raises RateLimited when there is none.
    """

    __slots__ = (
        *("_alarms", "_cursor", "_holders", "_limits", "_receive", "_rings", "_seat"),
        *("_is_displaced", "_is_over"),
    )

    def __init__(
        self,
        seat: Seat,
        credential: bytes,
        limits: Limits,
        alarms: Alarms,
        receive: ASGIReceiveCallable,
    ) -> None:
        """Be the task that this is called in; `receive` tells when the client hangs up."""
        self._seat, self._holders = seat, limits.holders(credential, seat)
        self._limits, self._alarms, self._receive = limits, alarms, receive
        self._rings: set[Ring] | None = None
        self._is_over = self._is_displaced = False

    def __enter__(self) -> None:
        self._limits.enter_place(self._holders, self.give_way)
        self._seat.chat.audience.join(self.wake)

    def __exit__(self, *failure: object) -> None:
        self._seat.chat.audience.leave(self.wake)
        self._limits.leave_place(self._holders, self.give_way)
        if self._rings is not None:
            self._rings.discard(self.ring)

    def look(self, cursor: Cursor) -> tuple[Page, bytes]:
        """Return the page at `cursor`, and the same as JSON. Raises Forbidden."""
        return self._seat.chat.look(self._seat.member.member_id, cursor)

    async def next_page(self, cursor: Cursor, seconds: float) -> tuple[Page, bytes] | None:
        """Return the page at `cursor` when it has news, or so many seconds after the last silence.

        Look, wait, look again, with nothing between a look and the wait after it. Returns None
        when the client hung up. Raises Forbidden, Stopping, and RateLimited when another
        poll takes the place of this one.
        """
        self._cursor = cursor
        if self._rings is None:
            self._rings = self._alarms.set(self.ring, seconds)
        page, encoded = self.look(cursor)
        while not (page.has_news or self._is_over):
            self._seat.chat.audience.stay()
            if not await self._wait():
                return None
            if self._is_displaced:
                raise displaced()
            page, encoded = self.look(cursor)
        self._is_over = False
        return page, encoded

    def ring(self) -> None:
        """Tell them that their time is over."""
        self._rings, self._is_over = None, True
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

    async def _wait(self) -> bool:
        """Return when woken since the last time, and False when the client hung up."""
        raise NotImplementedError


class PollReader(Reader):
    """One who waits for a single page, in a single task.

    Woken by cancelling what they wait for: a second task for each would cost more.
    """

    __slots__ = ("_is_waiting", "_is_woken", "_task")

    def __enter__(self) -> None:
        self._task = cast("asyncio.Task[object]", asyncio.current_task(self._alarms.loop))
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
        return self._is_over or self.refusal() is not None or self.look(self._cursor)[0].has_news

    async def _wait(self) -> bool:
        try:
            while not self._is_woken:
                self._is_waiting = True
                if (await self._receive())["type"] == "http.disconnect":
                    return False
        except asyncio.CancelledError:
            # Somebody else may cancel the task as well, and then it is to end.
            if self._task.cancelling() > int(self._is_woken):
                raise
        finally:
            if self._is_waiting and self._is_woken:
                self._task.uncancel()
            self._is_waiting = False
        self._is_woken = False
        return True


class StreamReader(Reader):
    """One who waits for page after page, while a second task hears whether they are there."""

    __slots__ = ("_hearing", "_is_told", "_news", "telling")

    telling: asyncio.Timeout  # is over when they have to go and have not even taken the last page

    def __enter__(self) -> None:
        self._news, self._is_told = self._alarms.loop.create_future(), True
        super().__enter__()
        self._hearing = self._alarms.loop.create_task(self._hear())
        self._hearing.add_done_callback(self._hung_up)

    def __exit__(self, *failure: object) -> None:
        self._hearing.cancel()
        super().__exit__(*failure)

    def wake(self) -> None:
        """Let them look again, now or as soon as they would wait."""
        if not self._news.done():
            self._news.set_result(None)
        if not self._is_told and self.refusal() is not None and not self.telling.expired():
            self.telling.reschedule(self._alarms.loop.time())

    async def tell(self, send: Any, message: Message) -> None:
        """Send something, which takes as long as they need to read what came before."""
        self._is_told = False
        try:
            await send(message)
        finally:
            self._is_told = True

    def _hung_up(self, _: asyncio.Task[None]) -> None:
        self.wake()

    async def _wait(self) -> bool:
        await self._news
        self._news = self._alarms.loop.create_future()
        return not self._hearing.done()

    async def _hear(self) -> None:
        """Return when the client has hung up."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

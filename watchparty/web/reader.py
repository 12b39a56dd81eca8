"""Somebody who waits: for news, for their time to be over, or until they hang up."""

import asyncio
from types import TracebackType

from hypercorn.typing import ASGIReceiveCallable

from watchparty.party.party import Seat
from watchparty.party.window import Cursor, Page
from watchparty.web.alarms import Alarms
from watchparty.web.holding import displaced
from watchparty.web.limits import Limits


class Reader:
    """A member who waits in their chat, in a single task.

    Woken by cancelling what they wait for: a second task for each would cost more. Enter the
    context to have a place; this raises RateLimited when there is none.
    """

    __slots__ = (
        *("_alarms", "_credential", "_limits", "_receive", "_seat", "_task"),
        *("_is_displaced", "_is_over", "_is_waiting", "_is_woken"),
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
        self._seat, self._credential = seat, credential
        self._limits, self._alarms, self._receive = limits, alarms, receive
        self._task = asyncio.current_task(alarms.loop)
        self._is_waiting = self._is_woken = self._is_over = self._is_displaced = False

    def __enter__(self) -> None:
        self._limits.enter_place(self._credential, self._seat, self.give_way)
        self._seat.chat.audience.join(self.wake)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._seat.chat.audience.leave(self.wake)
        self._limits.leave_place(self._credential, self._seat, self.give_way)

    def look(self, cursor: Cursor) -> tuple[Page, bytes]:
        """Return the page at `cursor`, and the same as JSON. Raises Forbidden."""
        return self._seat.chat.look(self._seat.member.member_id, cursor)

    async def next_page(self, cursor: Cursor, seconds: float) -> tuple[Page, bytes] | None:
        """Return the page at `cursor` when it has news or after so many seconds.

        Look, wait, look again, with nothing between a look and the wait after it. Returns None
        when the client hung up. Raises Forbidden, Stopping, and RateLimited when another
        poll takes the place of this one.
        """
        page, encoded = self.look(cursor)
        if page.has_news:
            return page, encoded
        rings = self._alarms.set(self.ring, seconds)
        try:
            while not (page.has_news or self._is_over):
                self._seat.chat.audience.stay()
                if not await self._wait():
                    return None
                page, encoded = self.look(cursor)
        finally:
            self._is_over = False
            rings.discard(self.ring)
        return page, encoded

    def wake(self) -> None:
        """Let them look again, now or as soon as they would wait."""
        if self._is_waiting and not self._is_woken and self._task is not None:
            self._task.cancel()
        self._is_woken = True

    def ring(self) -> None:
        """Tell them that their time is over."""
        self._is_over = True
        self.wake()

    def give_way(self) -> None:
        """Tell them that another poll of theirs takes this one's place."""
        self._is_displaced = True
        self.wake()

    async def _wait(self) -> bool:
        """Return when woken since the last time, and False when the client hung up."""
        try:
            while not self._is_woken:
                self._is_waiting = True
                if (await self._receive())["type"] == "http.disconnect":
                    return False
        except asyncio.CancelledError:
            # Somebody else may cancel the task as well, and then it is to end.
            if not self._is_woken or (self._task is not None and self._task.uncancel()):
                raise
        finally:
            self._is_waiting = False
        self._is_woken = False
        if self._is_displaced:
            raise displaced()
        return True

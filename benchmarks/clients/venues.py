"""Which protocol is spoken where."""

from typing import TYPE_CHECKING, Protocol

from benchmarks.clients.http import HttpVenue
from benchmarks.clients.listener import Room
from benchmarks.clients.nchan import NchanVenue
from benchmarks.clients.socketio import SocketioVenue

if TYPE_CHECKING:
    from collections.abc import Callable


class Venue(Protocol):
    """A server as its visitors see it."""

    async def open_room(self) -> Room:
        """Start a chat."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


def venue(speaks: str, host: str, port: int, transport: str) -> Venue:
    """Return the server at an address by the protocol it speaks."""
    kinds: dict[str, Callable[[str, int, str], Venue]]
    kinds = {"http": HttpVenue, "nchan": NchanVenue, "socketio": SocketioVenue}
    return kinds[speaks](host, port, transport)

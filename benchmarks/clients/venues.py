"""Which protocol is spoken where."""

from typing import TYPE_CHECKING, Protocol

from benchmarks.clients.http import HttpVenue
from benchmarks.clients.listener import Room
from benchmarks.clients.nchan import NchanVenue
from benchmarks.clients.socketio import SocketioVenue

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.running import Running


class Venue(Protocol):
    """A server as its visitors see it."""

    async def open_room(self, guests: int = 0) -> Room:
        """Start a chat to which so many will come."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


def venue(server: "Running", transport: str) -> Venue:
    """Return a server by the protocol it speaks."""
    if server.server.speaks == "http":
        return HttpVenue(server.host, server.port, transport, server.database)
    kinds: dict[str, Callable[[str, int, str], Venue]]
    kinds = {"nchan": NchanVenue, "socketio": SocketioVenue}
    return kinds[server.server.speaks](server.host, server.port, transport)

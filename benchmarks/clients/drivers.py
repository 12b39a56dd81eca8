"""The driver of each protocol."""

from typing import TYPE_CHECKING, Protocol

from benchmarks.clients.http import HttpDriver
from benchmarks.clients.listener import Chat
from benchmarks.clients.nchan import NchanDriver
from benchmarks.clients.socketio import SocketioDriver

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.running import RunningServer


class Driver(Protocol):
    """Creates chats on a server, in the server's protocol."""

    async def create_chat(self, guests: int = 0) -> Chat:
        """Create a chat that this many guests will join."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


def driver_for(server: "RunningServer", transport: str) -> Driver:
    """Return the driver for the server's protocol."""
    if server.server.protocol == "http":
        return HttpDriver(server.host, server.port, transport, server.database)
    drivers: dict[str, Callable[[str, int, str], Driver]]
    drivers = {"nchan": NchanDriver, "socketio": SocketioDriver}
    return drivers[server.server.protocol](server.host, server.port, transport)

"""Let Hypercorn speak HTTP/1.1 only on plain connections, and bound what one connection may do.

Hypercorn also speaks HTTP/2 in clear (h2c), to any client that asks. Nothing of ours counts what
happens there below a request: resets, settings, pings and closed windows cost every member time
and memory, and a proxy that passes `Upgrade: h2c` on becomes a tunnel past itself (RFC 9113,
section 10.5). Browsers never use it. HTTP/2 belongs to TLS and to the reverse proxy.

No setting of Hypercorn turns it off, so its class for HTTP/1.1 is replaced by one that does not
look for it. This is the only place that depends on Hypercorn's inner parts.
"""

from typing import Any

import h11
from hypercorn import protocol
from hypercorn.events import Closed, Event
from hypercorn.protocol.h11 import H11Protocol

from watchparty.server.connections import connections

VERSION_NOT_SUPPORTED = 505  # RFC 9110 section 15.6.6


class Http1Protocol(H11Protocol):
    """One connection, which counts against the address that it comes from."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_closed = False
        self._place = connections.open(self.client)

    async def initiate(self) -> None:
        """Close the connection at once when its address has too many."""
        if self._place is None:
            await self.send(Closed())

    async def handle(self, event: Event) -> None:
        """Give the place back when the connection ends."""
        if isinstance(event, Closed):
            self._is_closed = True
            connections.close(self._place)
            self._place = None
        await super().handle(event)

    async def _check_protocol(self, request: h11.Request) -> None:
        """Ignore `Upgrade` (RFC 9110 section 7.8), and refuse HTTP/2 by prior knowledge."""
        if request.http_version not in {b"1.0", b"1.1"}:
            await self._send_error_response(VERSION_NOT_SUPPORTED)
            await self.send(Closed())
            await self.handle(Closed())

    async def _create_stream(self, request: h11.Request) -> None:
        """Handle a request, unless the connection is gone: nobody would read the answer.

        One packet can hold a thousand pipelined requests.
        """
        if not self._is_closed:
            await super()._create_stream(request)


def speak_http1_only() -> None:
    """Replace Hypercorn's protocol in this process."""
    vars(protocol)["H11Protocol"] = Http1Protocol

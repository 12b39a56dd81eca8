"""Count the open connections of each address: each is a file, and a process has only so many."""

import math
from collections import Counter

from watchparty.client_address import UNKNOWN, client_network

# A house full of guests with some tabs each. Behind a trusted proxy all connections are the
# proxy's, which has limits of its own.
PER_ADDRESS = 500


class Connections:
    """The open connections of this process, by the network they come from."""

    def __init__(self) -> None:
        self._per_address: float = math.inf
        self._open: Counter[str] = Counter()

    def limit(self, on: bool) -> None:
        """Limit the connections per address, or allow any number."""
        self._per_address = PER_ADDRESS if on else math.inf

    def open(self, client: tuple[str, int] | None) -> str | None:
        """Count a connection; return its place, to be passed to `close`, or None when refused."""
        network = client_network(client[0] if client else None)
        if self._open[network] >= self._per_address and network != UNKNOWN:
            return None
        self._open[network] += 1
        return network

    def close(self, place: str | None) -> None:
        """Forget a connection."""
        if place is not None:
            self._open[place] -= 1
            if not self._open[place]:
                del self._open[place]


# One per process, like the file limit that it protects.
connections = Connections()

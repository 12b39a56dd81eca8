"""Send bytes that no HTTP client would send, and read the answers."""

import asyncio
import contextlib
import re
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.api_fixtures import Story
from tests.support.load_clients import NO_LINGER, is_quiet, start_server
from tests.support.server_process import Server, configured
from tests.support.waiting import until

SECRET = "Just between us"
KB = 1024
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
PATIENCE = 30  # seconds for a packet on a busy machine


@contextlib.contextmanager
def connect(server: Server) -> Iterator[socket.socket]:
    """Open a connection, and reset it at the end, without a FIN."""
    address = urlsplit(server.url)
    assert address.hostname
    assert address.port
    with socket.create_connection((address.hostname, address.port), PATIENCE) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        yield connection


async def send(server: Server, packets: Iterable[bytes]) -> bytes:
    """Send the packets, each after the server has finished with the one before.

    Returns the bytes answered so far; an unfinished request is abandoned.
    """
    with connect(server) as connection:
        for packet in packets:
            with contextlib.suppress(ConnectionError):  # the server has closed the connection
                connection.sendall(packet)
            await until(lambda: is_quiet(server), "the server never came to rest")
        return received(connection)


def received(connection: socket.socket) -> bytes:
    """Return the bytes that have arrived so far."""
    connection.setblocking(False)
    came = b""
    with contextlib.suppress(BlockingIOError, ConnectionError):
        while data := connection.recv(2**16):
            came += data
    return came


def statuses(answer: bytes) -> list[int]:
    """Return the statuses of all answers in a stream, without the interim ones (1xx)."""
    return [status for found in STATUS.findall(answer) if (status := int(found)) >= 200]


@contextlib.contextmanager
def start_impatient_server(folder: Path, seconds: int) -> Iterator[Server]:
    """Start a server that closes idle connections after `seconds`, and check that none is left."""
    with start_server(folder, *configured(folder, keep_alive_timeout=seconds)) as server:
        at_rest = open_files(server)
        yield server
        asyncio.run(until(lambda: open_files(server) <= at_rest, "connections were left open"))


def open_files(server: Server) -> int:
    """Return how many files and connections the server has open."""
    return sum(1 for _ in Path(f"/proc/{server.process.pid}/fd").iterdir())


async def assert_unharmed(story: Story) -> None:
    """Check that the chat is unchanged and the outsider is still refused."""
    assert [message["body"] for message in (await story.bob.read())["messages"]] == [SECRET]
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")

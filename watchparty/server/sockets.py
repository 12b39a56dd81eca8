"""Open the listening sockets before the server starts, and say where they can be reached."""

import resource
import socket
from contextlib import suppress

from hypercorn.config import Config

# Addresses that listen on every interface, and how this computer reaches them.
WILDCARD = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  (what people may bind to)

# Milliseconds that sent data may stay unacknowledged. A client that falls silent in the middle
# of an answer would keep its connection forever.
USER_TIMEOUT = 60_000

# The most open files that macOS allows where the hard limit is "unlimited" (its setrlimit(2)).
OPEN_MAX = 10_240

# An address for documentation (RFC 5737): choosing a route to it sends nothing.
TEST_NET = ("192.0.2.1", 9)


class BindError(Exception):
    """The server cannot listen on an address; the message has the reason."""


def listen(config: Config) -> list[str]:
    """Bind and listen as `config` says, and return lines with the address of the page.

    Raises BindError when an address is taken, not ours, or not an address.
    """
    try:
        sockets = config.create_sockets()
    except (OSError, OverflowError, ValueError) as error:
        where = ", ".join((*config.bind, *config.insecure_bind))
        why = getattr(error, "strerror", None) or error
        raise BindError(f"Cannot listen at {where} (HOST:PORT): {why}.") from error
    secure, insecure = sockets.secure_sockets, sockets.insecure_sockets
    lines = [line for one in secure for line in _startup_lines(one, "https")]
    lines += [line for one in insecure for line in _startup_lines(one, "http")]
    for one in (*secure, *insecure):
        _set_user_timeout(one)
        one.listen(config.backlog)  # so that the address works as soon as it is printed
    addresses = [[f"fd://{one.detach()}" for one in group] for group in (secure, insecure)]
    config.bind, config.insecure_bind = addresses if secure else (addresses[1], [])
    return lines


def raise_file_limit() -> None:
    """Allow as many connections as the system lets us: each is an open file."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (hard, OPEN_MAX):
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            return


def _set_user_timeout(sock: socket.socket) -> None:
    """End connections accepted here when their client stops reading (tcp(7), Linux only)."""
    if sock.family != socket.AF_UNIX and hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT)


def _startup_lines(sock: socket.socket, scheme: str) -> list[str]:
    if sock.family == socket.AF_UNIX:
        return [f"Watch Party is listening on unix:{sock.getsockname()}"]
    host, port = sock.getsockname()[:2]
    if host in WILDCARD:
        return [  # the first one, because invite links made there work everywhere
            f"Watch Party is running at {scheme}://{own_address()}:{port}",
            "  for this computer and phones on the same network,",
            f"  and at {scheme}://{WILDCARD[host]}:{port} for this computer only",
        ]
    shown = f"[{host}]" if ":" in host else host
    return [f"Watch Party is running at {scheme}://{shown}:{port}"]


def own_address() -> str:
    """Return this machine's address on its network, or its name when it has none."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(TEST_NET)
            return str(probe.getsockname()[0])
    except OSError:
        return socket.gethostname()

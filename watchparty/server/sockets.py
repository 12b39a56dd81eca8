"""Open the sockets before the server starts, so that trouble and addresses are told plainly."""

import resource
import socket

from hypercorn.config import Config

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  (what people may bind to)

# Milliseconds that an answer may wait for its reader to take it, or to show that they are
# there. Who falls silent in the middle of one would keep their connection for ever.
UNREAD_MAX = 60_000

# An address for documentation (RFC 5737): choosing a route to it sends nothing.
SOMEWHERE = ("192.0.2.1", 9)


class CannotListen(Exception):
    """Nobody could reach us at this address; the text says why."""


def listen(config: Config) -> list[str]:
    """Bind and listen as `config` says, and return lines that tell where to open the page.

    Raises CannotListen when an address is taken, not ours, or none.
    """
    try:
        sockets = config.create_sockets()
    except (OSError, OverflowError, ValueError) as error:
        where = ", ".join((*config.bind, *config.insecure_bind))
        why = getattr(error, "strerror", None) or error
        raise CannotListen(f"Cannot listen at {where} (HOST:PORT): {why}.") from error
    secure, insecure = sockets.secure_sockets, sockets.insecure_sockets
    lines = [line for one in secure for line in _told(one, "https")]
    lines += [line for one in insecure for line in _told(one, "http")]
    for one in (*secure, *insecure):
        _give_up_on_who_does_not_read(one)
        one.listen(config.backlog)  # whoever reads the address may use it at once
    names = [[f"fd://{one.detach()}" for one in some] for some in (secure, insecure)]
    config.bind, config.insecure_bind = names if secure else (names[1], [])
    return lines


def raise_file_limit() -> None:
    """Allow as many connections as the system lets us: each is an open file."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _give_up_on_who_does_not_read(sock: socket.socket) -> None:
    """Let connections taken from here end when their client takes nothing (tcp(7), Linux only)."""
    if sock.family != socket.AF_UNIX and hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MAX)


def _told(sock: socket.socket, scheme: str) -> list[str]:
    if sock.family == socket.AF_UNIX:
        return [f"Watch Party is listening on unix:{sock.getsockname()}"]
    host, port = sock.getsockname()[:2]
    if host in ANYWHERE:
        return [  # first the one whose invite links work everywhere
            f"Watch Party is running at {scheme}://{own_address()}:{port}",
            "  for this computer and phones on the same network,",
            f"  and at {scheme}://{ANYWHERE[host]}:{port} for this computer only",
        ]
    shown = f"[{host}]" if ":" in host else host
    return [f"Watch Party is running at {scheme}://{shown}:{port}"]


def own_address() -> str:
    """Return this machine's address on its network, or its name when it has none."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(SOMEWHERE)
            return str(probe.getsockname()[0])
    except OSError:
        return socket.gethostname()

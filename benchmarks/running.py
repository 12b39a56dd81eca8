"""A server while it runs."""

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks import process
from benchmarks.servers import SERVERS, Server

HOST = "127.0.0.1"
DATABASE = "party.db"
START_MAX = 20.0  # seconds
STOP_MAX = 10.0
ASK_AGAIN = 0.005  # seconds; start-up is known no better than that
CALM = 0.04  # seconds without a tick of CPU: four of the clock's
CALM_MAX = 30.0


class Running:
    """One of the servers, at its address."""

    def __init__(
        self, server: Server, folder: Path, pid: int, port: int, start_seconds: float
    ) -> None:
        self.server = server
        file = folder / DATABASE
        self.database = file if file.exists() else None  # Watch Party's
        self._pids = list(process.tree(pid))  # none of them starts more once it answers
        self.host, self.port = HOST, port
        self.start_seconds = start_seconds  # until it answered

    def cpu(self) -> float:
        """Return the seconds of CPU it has used."""
        return process.cpu(self._pids)

    def memory(self) -> float:
        """Return the KB of memory it holds."""
        return process.memory(self._pids)

    async def calm(self) -> float:
        """Return when it has nothing more to do, and how many seconds it still had."""
        began = busy = time.monotonic()
        before = self.cpu()
        while busy - began < CALM_MAX:
            await asyncio.sleep(CALM / 5)
            now, used = time.monotonic(), self.cpu()
            if used != before or not process.asleep(self._pids):
                before, busy = used, now
            elif now - busy > CALM:
                break
        return busy - began


@contextmanager
def started(name: str, folder: Path) -> Iterator[Running]:
    """Start a server by name in an empty folder, and stop it afterwards."""
    server, port = SERVERS[name], free_port()
    server.prepare(folder, port)
    command = [part.format(port=port, folder=folder) for part in server.command]
    log = folder / "log"
    began = time.monotonic()
    with log.open("w") as out:
        child = subprocess.Popen(
            command, env=environment(server, folder), stdout=out, stderr=out, start_new_session=True
        )
    try:
        wait_for(port, child, log)
        yield Running(server, folder, child.pid, port, time.monotonic() - began)
    finally:
        stop(child)


def environment(server: Server, folder: Path) -> dict[str, str]:
    """Return ours without settings of Watch Party, and with those that the server gets."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("WATCHPARTY_")}
    ours = {"WATCHPARTY_STORE": f"sqlite:{folder}/{DATABASE}", "WATCHPARTY_LIMITS": "off"}
    given = {key: value.format(folder=folder) for key, value in server.settings.items()}
    return own | ours | given


def wait_for(port: int, child: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return when somebody answers there."""
    deadline = time.monotonic() + START_MAX
    while not answers(port):
        if child.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"it did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(ASK_AGAIN)


def answers(port: int) -> bool:
    """Return whether it answers; who listens but is not ready yet is waited for."""
    with suppress(OSError), socket.create_connection((HOST, port), timeout=START_MAX) as sock:
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        return sock.recv(2**12).startswith(b"HTTP/1.1 200")
    return False


def stop(child: "subprocess.Popen[bytes]") -> None:
    """Stop it, as an operator would, and whoever is left of it, as the kernel does."""
    child.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        child.wait(STOP_MAX)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        port: int = sock.getsockname()[1]
        return port

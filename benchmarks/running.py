"""Start and stop a server, and read what it uses while it runs."""

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
STOP_MAX = 10.0  # seconds
RETRY = 0.005  # seconds between two attempts to reach a server: the precision of start-up times
IDLE_AFTER = 0.04  # seconds without CPU use, which /proc counts in steps of 0.01
SETTLE_MAX = 30.0  # seconds


class RunningServer:
    """A server process at its address."""

    def __init__(
        self, server: Server, folder: Path, pid: int, port: int, start_seconds: float
    ) -> None:
        self.server = server
        file = folder / DATABASE
        self.database = file if file.exists() else None  # only Watch Party has one
        self._pids = list(process.tree(pid))  # no server starts another process once it answers
        self.host, self.port = HOST, port
        self.start_seconds = start_seconds  # until the first answer

    def cpu(self) -> float:
        """Return the seconds of CPU that the server has used."""
        return process.cpu(self._pids)

    def memory(self) -> float:
        """Return the memory of the server in KB."""
        return process.memory(self._pids)

    async def settle(self) -> float:
        """Wait until the server is idle; return for how many more seconds it was busy."""
        began = last_busy = time.monotonic()
        cpu_before = self.cpu()
        while last_busy - began < SETTLE_MAX:
            await asyncio.sleep(IDLE_AFTER / 5)
            now, used = time.monotonic(), self.cpu()
            if used != cpu_before or not process.asleep(self._pids):
                cpu_before, last_busy = used, now
            elif now - last_busy > IDLE_AFTER:
                break
        return last_busy - began


@contextmanager
def started(name: str, folder: Path) -> Iterator[RunningServer]:
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
        wait_until_healthy(port, child, log)
        yield RunningServer(server, folder, child.pid, port, time.monotonic() - began)
    finally:
        stop(child)


def environment(server: Server, folder: Path) -> dict[str, str]:
    """Return our environment with the server's settings instead of our own."""
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith("WATCHPARTY_")
    }
    defaults = {"WATCHPARTY_STORE": f"sqlite:{folder}/{DATABASE}", "WATCHPARTY_LIMITS": "off"}
    settings = {key: value.format(folder=folder) for key, value in server.settings.items()}
    return inherited | defaults | settings


def wait_until_healthy(port: int, child: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the server answers. Raises RuntimeError with its log if it does not start."""
    deadline = time.monotonic() + START_MAX
    while not is_healthy(port):
        if child.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"it did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(RETRY)


def is_healthy(port: int) -> bool:
    """Return whether the server is healthy; wait for one that accepts but does not answer yet."""
    with suppress(OSError), socket.create_connection((HOST, port), timeout=START_MAX) as sock:
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        return sock.recv(2**12).startswith(b"HTTP/1.1 200")
    return False


def stop(child: "subprocess.Popen[bytes]") -> None:
    """Terminate the server as an operator would, then kill the rest of its process group."""
    child.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        child.wait(STOP_MAX)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def free_port() -> int:
    """Return a port that is not in use."""
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        port: int = sock.getsockname()[1]
        return port

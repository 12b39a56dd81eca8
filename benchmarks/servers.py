"""The servers that are compared, and how each is started."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BIN = Path(sys.executable).parent
START_MAX = 20  # seconds

APP = "watchparty.asgi:app"
ALONE = ["--workers", "1"]

SERVERS: dict[str, list[str]] = {
    "hypercorn": [f"{BIN}/watchparty", "serve", "--bind", "127.0.0.1:{port}"],
    "uvicorn": [f"{BIN}/uvicorn", APP, "--port", "{port}", "--no-access-log", "--backlog", "4096"],
    "granian": [
        *(f"{BIN}/granian", "--interface", "asgi", "--port", "{port}", "--no-access-log"),
        *("--backlog", "4096", "--backpressure", "20000", *ALONE, APP),
    ],
    "tornado": [sys.executable, "-m", "benchmarks.peers.tornado_chat", "{port}"],
    "flask": [
        *(
            f"{BIN}/gunicorn",
            "--bind",
            "127.0.0.1:{port}",
            "--threads",
            "1100",
            "--backlog",
            "4096",
        ),
        *("--worker-connections", "2000", *ALONE, "benchmarks.peers.flask_chat:app"),
    ],
}


@contextmanager
def started(name: str, folder: Path) -> Iterator[tuple[int, str]]:
    """Start a server by name, and yield its process id and address while it runs."""
    port = str(free_port())
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith("WATCHPARTY_")},
        "WATCHPARTY_STORE": f"sqlite:{folder / 'party.db'}",
        "WATCHPARTY_LIMITS": "off",
        "FLASK_CHAT_DB": str(folder / "chat.db"),
    }
    command = [part.format(port=port) for part in SERVERS[name]]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(int(port), process)
        yield process.pid, f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Return when somebody listens there."""
    deadline = time.monotonic() + START_MAX
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{process.args!r} did not start") from None
            time.sleep(0.05)
        else:
            return


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port

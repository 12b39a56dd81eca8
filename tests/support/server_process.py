"""The real server in a process of its own, on a free port."""

import asyncio
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

from tests.support import secret_leaks
from watchparty import assets

BIN = Path(sys.executable).parent
ADDRESS = re.compile(r"https?://[\w.\[\]:]+:\d+")
FAULT = re.compile(r"Traceback|\.py:\d+ ")  # a whole traceback, or one as the log shortens it
START_MAX = 60  # seconds until a server must have printed its address, on a busy machine
STOP_MAX = 60  # seconds until a stopped server must have ended

SERVE = [str(BIN / "watchparty"), "serve", "--bind", "127.0.0.1:0"]

# The command of an operator who starts Hypercorn by hand, with the shipped configuration.
HYPERCORN = [
    *(str(BIN / "hypercorn"), "--config", str(assets.find("hypercorn.toml"))),
    *("--bind", "127.0.0.1:0", "watchparty.asgi:app"),
]


@contextmanager
def running_out_of(what: int, server: "Server") -> Iterator[None]:
    """Lower a server's limit of a resource to zero inside the `with` block (setrlimit(2))."""
    before = resource.prlimit(server.process.pid, what)
    resource.prlimit(server.process.pid, what, (0, before[1]))
    yield
    resource.prlimit(server.process.pid, what, before)


PATCHED = """
from importlib import import_module
module = import_module({module!r})
for name, value in {values!r}.items():
    getattr(module, name)  # fails if the module has no such name
    setattr(module, name, eval(value, vars(module)))
from watchparty.cli import main
main()
"""


def patched(module: str, **values: str) -> list[str]:
    """Return the command for a server that replaces values in a module by these expressions."""
    return [sys.executable, "-c", PATCHED.format(module=module, values=values), *SERVE[1:]]


def configured(folder: Path, **values: int) -> list[str]:
    """Return the options for a server with the shipped configuration, changed by these values."""
    text = assets.find("hypercorn.toml").read_text(encoding="utf-8")
    for name, value in values.items():
        text, found = re.subn(rf"(?m)^{name} = .*", f"{name} = {value}", text)
        assert found == 1, name
    config = folder / "hypercorn.toml"
    config.write_text(text, encoding="utf-8")
    return ["--config", str(config)]


def refused(*options: str, **settings: str) -> str:
    """Start a server that must refuse to start, and return its output."""
    env = environment({"store": "sqlite::memory:"} | settings)
    command = [*SERVE, *options]
    run = subprocess.run(command, env=env, capture_output=True, text=True, timeout=START_MAX)
    said = run.stdout + run.stderr
    assert run.returncode in {1, 2}, said
    assert "Traceback" not in said
    assert "running at" not in said
    return said


def environment(settings: dict[str, str]) -> dict[str, str]:
    """Return our environment with only these settings of Watch Party."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith("WATCHPARTY_")}
    return ours | {f"WATCHPARTY_{name.upper()}": value for name, value in settings.items()}


class Server:
    """One server process; `url` is where it listens, and `log()` is all that it has printed.

    A context manager, with or without `async`, that always ends the process.
    """

    running: ClassVar[set["Server"]] = set()

    def __init__(
        self,
        folder: Path,
        command: list[str] | None = None,
        cwd: Path | None = None,
        limits: str = "off",
        **settings: str,
    ) -> None:
        """Start the server, without limits by default, because all tests share one address."""
        self.database = folder / "party.db"
        self._log = folder / "server.log"
        self._command = command or SERVE
        self._cwd = cwd
        ours = {"store": f"sqlite:{self.database}", "limits": limits}
        self._env = environment(ours | settings) | {"PYTHONUNBUFFERED": "1"}
        self.may_log_faults = False
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        """Stop the server, unless the test has; it must exit with 0. After a failure, kill it."""
        try:
            if not failure and self in Server.running:
                assert self.stop() == 0, self.log()
        finally:
            self.kill()
        is_clean = self.may_log_faults or not FAULT.search(self.log())
        assert failure or is_clean, self.log()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: Any) -> None:
        await asyncio.to_thread(self.__exit__, *failure)

    def start(self, bind: str | None = None) -> None:
        """Start or restart the server, at `bind` if given, and wait for the address in its log."""
        command = [bind if part == "127.0.0.1:0" and bind else part for part in self._command]
        with self._log.open("a") as log:
            begin = log.tell()
            self.process = subprocess.Popen(
                command, env=self._env, cwd=self._cwd, stdout=log, stderr=subprocess.STDOUT
            )
        Server.running.add(self)
        deadline = time.monotonic() + START_MAX
        while not (found := ADDRESS.search(self.log()[begin:])):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{command} did not start:\n{self.log()}")
            time.sleep(0.01)
        self.url = found[0]

    def start_again(self) -> None:
        """Start at the same address as before."""
        self.start(bind=self.url.removeprefix("http://"))

    def restart(self) -> None:
        """Stop and start again at the same address."""
        self.stop()
        self.start_again()

    def stop(self) -> int:
        """Stop the server as an operator would, and return its exit code.

        Fails if a secret is in the log.
        """
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=STOP_MAX)
        Server.running.discard(self)
        assert not secret_leaks.issued_in(self.log()), f"a secret is in the log:\n{self.log()}"
        return code

    def kill(self) -> None:
        """Kill the process without warning (SIGKILL)."""
        self.process.kill()
        self.process.wait()
        Server.running.discard(self)

    def files(self) -> dict[str, bytes]:
        """Return the contents of the database's files, by name."""
        found = self.database.parent.glob(f"{self.database.name}*")
        return {file.name: file.read_bytes() for file in found}

    def log(self) -> str:
        """Return all that the server has printed."""
        return self._log.read_text(errors="replace")

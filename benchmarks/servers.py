"""The servers that are compared: how each is started, and what it speaks."""

import os
import resource
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from benchmarks import peers

BIN = Path(sys.executable).parent
PEERS = Path(sys.prefix) / "peers"  # where scripts/bench-peers puts them
NGINX = PEERS / "nginx/usr/sbin/nginx"
NCHAN = PEERS / "nginx/usr/lib/nginx/modules/ngx_nchan_module.so"
SOCKETIO = PEERS / "socketio/node_modules"

BACKLOG = ("--backlog", "4096")
MEMORY = {"WATCHPARTY_STORE": "sqlite::memory:"}
POLL, STREAM, WEBSOCKET = "poll", "stream", "websocket"


class Server(NamedTuple):
    """One of them. In the command, {port} and {folder} are filled in."""

    label: str
    command: tuple[str, ...]
    transports: tuple[str, ...] = (POLL, STREAM)
    speaks: str = "http"
    settings: Mapping[str, str] = MappingProxyType({})
    prepare: Callable[[Path, int], None] = lambda _folder, _port: None
    needs: tuple[Path | str, ...] = ()  # files, and programs by name

    def missing(self) -> str:
        """Return what it can't be run without, if anything."""
        lacking = (it for it in self.needs if not (Path(it).exists() or shutil.which(it)))
        return ", ".join(Path(it).name for it in lacking)


def on_hypercorn(app: str) -> tuple[str, ...]:
    return (f"{BIN}/hypercorn", "--config", "hypercorn.toml", "--bind", "127.0.0.1:{port}", app)


def on_uvicorn(app: str) -> tuple[str, ...]:
    """Return the command; it takes uvloop and httptools, as they are there."""
    # As docs/self-hosting.md has it.
    quiet = ("--no-access-log", "--no-proxy-headers", "--no-server-header", "--ws", "none")
    return (f"{BIN}/uvicorn", "--port", "{port}", *quiet, *BACKLOG, app)


def on_granian(app: str) -> tuple[str, ...]:
    """Return the command; it would stop delivering to more streams than its backpressure."""
    quiet = ("--interface", "asgi", "--no-access-log", "--workers", "1")
    return (f"{BIN}/granian", "--port", "{port}", *quiet, *BACKLOG, "--backpressure", "20000", app)


def write_nginx_conf(folder: Path, port: int) -> None:
    template = Path(peers.__file__).with_name("nginx.conf").read_text()
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    user = "user root;" if os.getuid() == 0 else ""
    text = template.format(module=NCHAN, user=user, files=files, port=port)
    (folder / "nginx.conf").write_text(text)


OURS, BARE = "watchparty.asgi:app", "benchmarks.peers.bare_asgi:app"
SHIPPED = (f"{BIN}/watchparty", "serve", "--bind", "127.0.0.1:{port}")
GUNICORN = (
    *(f"{BIN}/gunicorn", "--bind", "127.0.0.1:{port}", "--workers", "1", "--threads", "1100"),
    *("--worker-connections", "2000", *BACKLOG, "benchmarks.peers.flask_chat:app"),
)
NGINX_COMMAND = (str(NGINX), "-p", "{folder}", "-c", "nginx.conf", "-e", "stderr")

SERVERS: dict[str, Server] = {
    "hypercorn": Server("Watch Party on Hypercorn", SHIPPED),
    "uvicorn": Server("Watch Party on uvicorn", on_uvicorn(OURS)),
    "granian": Server("Watch Party on Granian", on_granian(OURS)),
    "bare-hypercorn": Server("bare ASGI on Hypercorn", on_hypercorn(BARE)),
    "bare-uvicorn": Server("bare ASGI on uvicorn", on_uvicorn(BARE)),
    "bare-granian": Server("bare ASGI on Granian", on_granian(BARE)),
    "tornado": Server(
        "a lean chat on Tornado, in memory",
        (sys.executable, "-m", "benchmarks.peers.tornado_chat", "{port}"),
        (POLL,),
    ),
    "flask": Server(
        "Flask with threads, SQLite",
        GUNICORN,
        (POLL,),
        settings={"FLASK_CHAT_DB": "{folder}/chat.db"},
    ),
    "socketio": Server(
        "a Socket.IO room on Node",
        ("node", "benchmarks/peers/socketio_chat.cjs", "{port}"),
        (WEBSOCKET,),
        "socketio",
        {"NODE_PATH": str(SOCKETIO)},
        needs=("node", SOCKETIO / "socket.io"),
    ),
    "nchan": Server(
        "Nchan in nginx",
        NGINX_COMMAND,
        speaks="nchan",
        prepare=write_nginx_conf,
        needs=(NGINX, NCHAN),
    ),
    "hypercorn-memory": Server("Watch Party on Hypercorn, in memory", SHIPPED, settings=MEMORY),
    "uvicorn-memory": Server(
        "Watch Party on uvicorn, in memory", on_uvicorn(OURS), settings=MEMORY
    ),
}

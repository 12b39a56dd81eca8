"""The servers to compare: how to start each, and the protocol that it speaks."""

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
PEERS = Path(sys.prefix) / "peers"  # filled by scripts/bench-peers
NGINX = PEERS / "nginx/usr/sbin/nginx"
NCHAN = PEERS / "nginx/usr/lib/nginx/modules/ngx_nchan_module.so"
SOCKETIO = PEERS / "socketio/node_modules"

BACKLOG = ("--backlog", "4096")
MEMORY = {"WATCHPARTY_STORE": "sqlite::memory:"}
POLL, STREAM, WEBSOCKET = "poll", "stream", "websocket"


class Server(NamedTuple):
    """How to start a server. In the command, {port} and {folder} are filled in."""

    label: str
    command: tuple[str, ...]
    transports: tuple[str, ...] = (POLL, STREAM)
    protocol: str = "http"
    settings: Mapping[str, str] = MappingProxyType({})
    prepare: Callable[[Path, int], None] = lambda _folder, _port: None
    requires: tuple[Path | str, ...] = ()  # files, and programs by name

    def missing(self) -> str:
        """Return which of its requirements this machine lacks; empty if none."""
        missing = (
            need for need in self.requires if not (Path(need).exists() or shutil.which(need))
        )
        return ", ".join(Path(need).name for need in missing)


def on_hypercorn(app: str) -> tuple[str, ...]:
    return (f"{BIN}/hypercorn", "--config", "hypercorn.toml", "--bind", "127.0.0.1:{port}", app)


def on_uvicorn(app: str) -> tuple[str, ...]:
    """Return the command of docs/self-hosting.md; it uses uvloop and httptools if installed."""
    quiet = ("--no-access-log", "--no-proxy-headers", "--no-server-header", "--ws", "none")
    return (f"{BIN}/uvicorn", "--port", "{port}", *quiet, *BACKLOG, app)


def on_granian(app: str) -> tuple[str, ...]:
    """Return the command; Granian does not deliver to more streams than its backpressure."""
    quiet = ("--interface", "asgi", "--no-access-log", "--workers", "1")
    return (f"{BIN}/granian", "--port", "{port}", *quiet, *BACKLOG, "--backpressure", "20000", app)


def write_nginx_conf(folder: Path, port: int) -> None:
    template = Path(peers.__file__).with_name("nginx.conf").read_text()
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    user = "user root;" if os.getuid() == 0 else ""
    text = template.format(module=NCHAN, user=user, files=files, port=port)
    (folder / "nginx.conf").write_text(text)


WATCH_PARTY, BARE_ASGI = "watchparty.asgi:app", "benchmarks.peers.bare_asgi:app"
SERVE = (f"{BIN}/watchparty", "serve", "--bind", "127.0.0.1:{port}")
GUNICORN = (
    *(f"{BIN}/gunicorn", "--bind", "127.0.0.1:{port}", "--workers", "1", "--threads", "1100"),
    *("--worker-connections", "2000", *BACKLOG, "benchmarks.peers.flask_chat:app"),
)
NGINX_COMMAND = (str(NGINX), "-p", "{folder}", "-c", "nginx.conf", "-e", "stderr")

SERVERS: dict[str, Server] = {
    "hypercorn": Server("Watch Party on Hypercorn", SERVE),
    "uvicorn": Server("Watch Party on uvicorn", on_uvicorn(WATCH_PARTY)),
    "granian": Server("Watch Party on Granian", on_granian(WATCH_PARTY)),
    "bare-hypercorn": Server("bare ASGI on Hypercorn", on_hypercorn(BARE_ASGI)),
    "bare-uvicorn": Server("bare ASGI on uvicorn", on_uvicorn(BARE_ASGI)),
    "bare-granian": Server("bare ASGI on Granian", on_granian(BARE_ASGI)),
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
        requires=("node", SOCKETIO / "socket.io"),
    ),
    "nchan": Server(
        "Nchan in nginx",
        NGINX_COMMAND,
        protocol="nchan",
        prepare=write_nginx_conf,
        requires=(NGINX, NCHAN),
    ),
    "hypercorn-memory": Server("Watch Party on Hypercorn, in memory", SERVE, settings=MEMORY),
    "uvicorn-memory": Server(
        "Watch Party on uvicorn, in memory", on_uvicorn(WATCH_PARTY), settings=MEMORY
    ),
}

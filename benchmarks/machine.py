"""The machine, and the versions of the software that is measured."""

import json
import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from benchmarks.servers import NGINX, SOCKETIO

PACKAGES = ("quart", "hypercorn", "uvicorn", "uvloop", "httptools", "granian", "tornado", "flask")


def describe() -> dict[str, str]:
    """Return the processor, the system, and the version of each program by its name."""
    return {
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
        **other_versions(),
    }


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def other_versions() -> dict[str, str]:
    """Return the versions of the servers that are not Python packages."""
    found = {}
    package = SOCKETIO / "socket.io/package.json"
    if package.exists() and shutil.which("node"):
        found["Node"] = output_of("node", "--version").removeprefix("v")
        found["Socket.IO"] = json.loads(package.read_text())["version"]
    if NGINX.exists():
        found["nginx"] = output_of(str(NGINX), "-v").rpartition("/")[2]
    return found


def output_of(*command: str) -> str:
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return (run.stdout + run.stderr).strip()

"""Where it was measured, and with which versions of everything."""

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
    """Return it in words."""
    return {
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
        **others(),
    }


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def others() -> dict[str, str]:
    """Return what is there beside Python's packages."""
    found = {}
    package = SOCKETIO / "socket.io/package.json"
    if package.exists() and shutil.which("node"):
        found["Node"] = said("node", "--version").removeprefix("v")
        found["Socket.IO"] = json.loads(package.read_text())["version"]
    if NGINX.exists():
        found["nginx"] = said(str(NGINX), "-v").rpartition("/")[2]
    return found


def said(*command: str) -> str:
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return (run.stdout + run.stderr).strip()

"""The Makefile targets work in a fresh checkout, or print what is missing."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import new_story

ROOT = Path(__file__).parents[2]

ADDRESS = re.compile(r"https?://\S+:\d+")
INSTALL_MAX = 300  # seconds; a package index may be slow
QUICKLY = 15  # seconds

# Variables that make or the test environment would otherwise pass on.
OURS = re.compile(r"MAKE|MFLAGS|VENV$|PYTHON|BIND$|ARGS$|VIRTUAL_ENV|WATCHPARTY_")

UNTRACKED = shutil.ignore_patterns(
    ".git", ".venv*", ".*_cache", ".hypothesis", "__pycache__", "dist", "build", "*.db*"
)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh copy of the sources."""
    folder = tmp_path_factory.mktemp("make") / "checkout"
    shutil.copytree(ROOT, folder, ignore=UNTRACKED)
    return folder


def environment(*path: Path) -> dict[str, str]:
    """Return the environment of an ordinary shell that searches `path` for programs."""
    env = {name: value for name, value in os.environ.items() if not OURS.match(name)}
    return env | {"PATH": os.pathsep.join(map(str, path))}


def usual_path() -> list[Path]:
    """Return the search path for programs, with the Python of these tests first."""
    return [Path(sys.base_prefix, "bin"), *map(Path, os.get_exec_path())]


@contextmanager
def running(checkout: Path, output: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `make run` in a session of its own, and kill what is left of it at the end."""
    with output.open("wb") as log:
        process = subprocess.Popen(
            ["make", "run", *options],
            cwd=checkout,
            env=environment(*usual_path()),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def lines_when_started(process: subprocess.Popen[bytes], output: Path, count: int) -> list[str]:
    """Wait for `count` lines that contain an address, and return them."""
    deadline = time.monotonic() + INSTALL_MAX
    while len(found := [x for x in output.read_text().splitlines() if ADDRESS.search(x)]) < count:
        if found:  # the other lines follow at once
            deadline = min(deadline, time.monotonic() + QUICKLY)
        assert process.poll() is None, output.read_text()
        assert time.monotonic() < deadline, output.read_text()
        time.sleep(0.05)
    return found


def address(line: str) -> str:
    found = ADDRESS.search(line)
    assert found
    return found[0]


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Signal the process group, as Ctrl-C does; check that no process is left."""
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(QUICKLY) in {0, -signal.SIGINT}
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.install
async def test_make_run_installs_and_serves_a_checkout_until_ctrl_c(
    checkout: Path, tmp_path: Path
) -> None:
    output = tmp_path / "output"
    with running(checkout, output, "BIND=127.0.0.1:0") as process:
        [line] = lines_when_started(process, output, 1)
        assert line.startswith("Watch Party is running at http://127.0.0.1:")
        async with Api(address(line)) as api:
            home = await api.get("/")
            assert home.headers["Content-Type"].startswith("text/html")
            story = await new_story(api)
            assert (await story.alice.say("That was easy"))["id"] == 1
            outside = await story.charlie.try_to_read(story.chat_id)
            assert outside.error == (403, "forbidden")
        interrupt(process)
    assert "Traceback" not in output.read_text()
    assert "Error" not in output.read_text()  # make prints it for a program that failed


@pytest.mark.install
async def test_make_run_for_the_network_prints_what_to_type_into_a_phone(
    checkout: Path, tmp_path: Path
) -> None:
    output = tmp_path / "output"
    with running(checkout, output, "BIND=0.0.0.0:0") as process:
        phones, here = map(address, lines_when_started(process, output, 2))
        assert not re.search(r"//(127\.|0\.0\.0\.0|localhost)", phones), (
            "a phone cannot open this address"
        )
        assert "phones on the same network" in output.read_text()
        assert here.startswith("http://127.0.0.1:")
        assert here.rpartition(":")[2] == phones.rpartition(":")[2]
        async with Api(here) as api:
            assert (await api.get("/")).status == 200
        interrupt(process)
    assert "Traceback" not in output.read_text()


@pytest.mark.install
def test_make_run_installs_once_and_again_when_the_requirements_change(
    checkout: Path, tmp_path: Path
) -> None:
    with running(checkout, tmp_path / "output", "BIND=127.0.0.1:0") as process:
        lines_when_started(process, tmp_path / "output", 1)
        interrupt(process)
    asked = ("--dry-run", "run")
    assert "scripts/setup" not in make(checkout, *asked, path=usual_path()).stdout
    later = (checkout / ".venv" / "run.done").stat().st_mtime + 1
    os.utime(checkout / "pyproject.toml", (later, later))
    assert "scripts/setup" in make(checkout, *asked, path=usual_path()).stdout


def make(checkout: Path, *what: str, path: list[Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *what], cwd=checkout, env=environment(*path), capture_output=True, text=True
    )


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder with only the programs that every system has."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("make", "sh", "id", "rm", "touch"):
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


def write_fake_program(program: Path, does: str) -> None:
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o755)


@pytest.mark.parametrize("given", [["PYTHON=/bin/false"], ["PYTHON=/nowhere/python"], []])
def test_a_python_that_is_missing_or_too_old_is_named(
    checkout: Path, tools: Path, given: list[str]
) -> None:
    write_fake_program(tools / "python3", "exit 1")  # as if it were too old
    ran = make(checkout, "run", "VENV=none", *given, path=[tools])
    assert ran.returncode != 0
    assert "needs Python 3.11 or newer" in ran.stderr
    assert "Install it" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (checkout / "none").exists()


def test_plain_make_lists_every_target_and_runs_none(checkout: Path, tools: Path) -> None:
    before = sorted(checkout.iterdir())
    ran = make(checkout, path=[tools])
    assert (ran.returncode, ran.stderr) == (0, "")
    [chores] = re.findall(r"^\.PHONY: (.*)", (checkout / "Makefile").read_text(), re.MULTILINE)
    for chore in set(chores.split()) - {"help"}:
        assert re.search(rf"^make {chore} .*\w", ran.stdout, re.MULTILINE), chore
    assert sorted(checkout.iterdir()) == before


def look_for_a_browser(tools: Path) -> subprocess.CompletedProcess[str]:
    script = str(ROOT / "scripts" / "browser")
    return subprocess.run([script], env=environment(tools), capture_output=True, text=True)


def test_without_a_browser_the_script_names_one_to_install(tools: Path) -> None:
    ran = look_for_a_browser(tools)
    assert ran.returncode != 0
    assert "apt-get install chromium" in ran.stderr
    assert "make test-server" in ran.stderr


@pytest.mark.parametrize(
    "name", ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
)
def test_an_installed_browser_is_enough(tools: Path, name: str) -> None:
    write_fake_program(tools / name, "exit 1")
    ran = look_for_a_browser(tools)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_without_root_nothing_is_installed(tools: Path) -> None:
    write_fake_program(tools / "apt-get", 'echo "apt-get $*"')
    (tools / "id").unlink()
    write_fake_program(tools / "id", "echo 1000")
    ran = look_for_a_browser(tools)
    assert ran.returncode != 0
    assert ran.stdout == ""
    assert "sudo apt-get install chromium" in ran.stderr

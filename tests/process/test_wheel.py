"""The built wheel runs anywhere, without the checkout."""

import re
import subprocess
import sys
import tarfile
import venv
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import new_story
from tests.support.server_process import Server

pytestmark = pytest.mark.install

ROOT = Path(__file__).parents[2]
WAIT_MAX = 300  # seconds; a package index may be slow

PAGE_FILE = re.compile(r"""(?:src|href)="(/static/[^"]+)\"""")
IMPORT = re.compile(r"""(?:from|import)\s+"\./([^"]+)\"""")


def run(*command: str | Path) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_MAX)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sdist and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    [wheel] = dist.glob("watchparty-*.whl")
    return wheel


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel and its own requirements."""
    environment = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(environment)
    python = environment / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "-q", wheel)
    return environment


@pytest.fixture(scope="module")
def cwd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty directory that has nothing to do with Watch Party."""
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="module")
def server(
    environment: Path, cwd: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The installed server, with no settings at all."""
    program = str(environment / "bin" / "watchparty")
    command = ["env", "-u", "PYTHONPATH", program, "serve", "--bind", "127.0.0.1:0"]
    with Server(tmp_path_factory.mktemp("log"), command, cwd, store="") as server:
        yield server


async def test_an_installed_server_serves_its_page(api: Api) -> None:
    home = await api.get("/")
    assert home.headers["Content-Type"].startswith("text/html")
    waiting = set(PAGE_FILE.findall(home.body.decode()))
    assert {name.rpartition(".")[2] for name in waiting} >= {"css", "js"}
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        answer = await api.get(name)
        assert (answer.status, len(answer.body) > 0) == (200, True), name
        assert "immutable" in answer.headers["Cache-Control"]
        folder = name.rpartition("/")[0]
        waiting |= {f"{folder}/{other}" for other in IMPORT.findall(answer.body.decode())} - seen
    assert len(seen) > 5


async def test_an_installed_server_stores_a_chat_in_the_folder_where_it_was_started(
    api: Api, server: Server, cwd: Path
) -> None:
    story = await new_story(api)
    said = await story.alice.say("Hello from a wheel")
    assert [message["id"] for message in (await story.bob.read())["messages"]] == [said["id"]]
    outside = await story.charlie.try_to_read(story.chat_id)
    assert outside.error == (403, "forbidden")
    assert names(cwd) >= {"watchparty.db"}
    assert [name for name in names(cwd) if not name.startswith("watchparty.db")] == []


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_the_wheel_contains_only_the_package_and_the_page(wheel: Path) -> None:
    packed = ZipFile(wheel).namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in packed} == {"watchparty"}
    inside = {name.removeprefix("watchparty/") for name in packed}
    for folder, beside in (("watchparty", ""), ("static", "static/"), ("templates", "templates/")):
        files = (path for path in (ROOT / folder).rglob("*.*") if path.is_file())
        expected = {
            beside + path.relative_to(ROOT / folder).as_posix()
            for path in files
            if "__pycache__" not in path.parts
        }
        assert expected - inside == set()
    assert "hypercorn.toml" in inside
    assert any(name.endswith("licenses/LICENSE") for name in packed)


def test_the_sdist_has_every_file_needed_to_run_and_test(dist: Path) -> None:
    [sdist] = dist.glob("watchparty-*.tar.gz")
    with tarfile.open(sdist) as tar:
        inside = {name.partition("/")[2] for name in tar.getnames()}
    needed = {"Makefile", "README.md", "LICENSE", "pyproject.toml", "hypercorn.toml"}
    needed |= {"scripts/setup", "scripts/browser", "tests/conftest.py", "docs/api.md"}
    needed |= {"static/js/net/poller.js", "templates/chat.html", "watchparty/app.py"}
    assert needed - inside == set()
    assert not any(re.search(r"\.db|__pycache__|\.venv", name) for name in inside)

"""A server that cannot start prints why and changes nothing; a server's files are private."""

import sqlite3
import stat
import sys
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import new_story
from tests.support.server_process import SERVE, Server, refused
from watchparty.assets import find

# Refuse to set the hard limit, as macOS does if it is "unlimited".
REFUSING = """
import resource
allowed, real = resource.getrlimit(resource.RLIMIT_NOFILE), resource.setrlimit
def refuse(what, limits):
    if limits[0] == allowed[1]:
        raise ValueError("not allowed to raise maximum limit")
    real(what, limits)
resource.setrlimit = refuse
from watchparty.cli import main
main()
"""


def modes(folder: Path) -> dict[str, int]:
    """Return the permission bits of the files of the store."""
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.glob("party.db*")}


async def test_the_database_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    async with Server(tmp_path) as server, Api(server.url) as api:
        await (await new_story(api)).alice.say("for us only")
        found = modes(tmp_path)
    assert "party.db" in found
    assert set(found.values()) == {0o600}


def test_a_database_that_anybody_could_read_is_made_private(tmp_path: Path) -> None:
    (tmp_path / "party.db").touch(0o644)
    with Server(tmp_path) as server:
        assert stat.S_IMODE(server.database.stat().st_mode) == 0o600


def test_a_second_server_on_the_same_file_is_refused(server: Server) -> None:
    said = refused(store=f"sqlite:{server.database}")
    assert str(server.database) in said
    assert "already uses" in said


def test_a_taken_port_is_reported(server: Server) -> None:
    taken = server.url.removeprefix("http://")
    said = refused("--bind", taken)
    assert "in use" in said
    assert taken in said
    assert len(said.strip().splitlines()[-1]) < 200


@pytest.mark.parametrize(
    "address", ["192.0.2.1:8000", "127.0.0.1:99999", "127.0.0.1:http", "nohost.invalid:8000"]
)
def test_an_address_that_cannot_be_bound_is_reported(address: str) -> None:
    assert f"Error: Cannot listen at {address}" in refused("--bind", address)


def test_a_broken_configuration_file_is_reported(tmp_path: Path) -> None:
    config = tmp_path / "bad.toml"
    config.write_text("bind = [")
    assert str(config) in refused("--config", str(config))


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    said = refused(store=f"sqlite:{tmp_path}/missing/party.db")
    assert f"{tmp_path}/missing/party.db" in said
    assert not (tmp_path / "missing").exists()


def write_another_database(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("CREATE TABLE users (name TEXT)")


def write_a_diary(file: Path) -> None:
    file.write_text("Dear diary, " * 1000)


@pytest.mark.parametrize("make", [write_another_database, write_a_diary])
def test_a_file_of_another_program_is_reported_and_left_alone(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    file = tmp_path / "not-ours"
    make(file)
    file.chmod(0o644)
    before = file.read_bytes()
    assert f"{file} is not a database of Watch Party" in refused(store=f"sqlite:{file}")
    assert file.read_bytes() == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [*tmp_path.iterdir()] == [file]


def test_a_folder_in_place_of_the_database_is_reported_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o755)
    assert str(folder) in refused(store=f"sqlite:{folder}")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert [*tmp_path.iterdir()] == [folder]


def test_a_server_listens_on_this_computer_only_by_default() -> None:
    assert tomllib.loads(find("hypercorn.toml").read_text())["bind"] == ["127.0.0.1:8000"]


async def test_a_system_that_refuses_its_own_file_limit_does_not_stop_the_start(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", REFUSING, *SERVE[1:]]
    async with Server(tmp_path, command) as server, Api(server.url) as api:
        story = await new_story(api)
        assert (await story.bob.read())["messages"] == []
        refusal = await story.charlie.try_to_read(story.chat_id)
        assert refusal.error == (403, "forbidden")

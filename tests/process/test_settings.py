"""The operator's settings take effect, or the server says what is wrong and does not start."""

import os
import sqlite3
import stat
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import tell
from tests.support.server_process import SERVE, Server

BAD = {
    "STORE": ["mysql://localhost/party", "party.db", "sqlite:", "sqlite"],
    "PUBLIC_URL": ["party.example.org", "ftp://party.example.org", "https://", "https://a/b"],
    "REQUIRE_AUTH_KEY": ["maybe", "yes!", "2", "-1"],
    "CHAT_TTL": ["-1", "a week", "59", "99999999999"],
    "TRUSTED_PROXIES": ["1.5", "-1", "²", "11"],
    "CORS_ORIGINS": ["example.org", "https://a,", "https://a/b, https://c", "null"],
}


def refused(*options: str, **settings: str) -> str:
    """Start a server that must not start, and return what it said."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("WATCHPARTY_")}
    env |= {"WATCHPARTY_STORE": "sqlite::memory:"}
    env |= {f"WATCHPARTY_{name.upper()}": value for name, value in settings.items()}
    command = [*SERVE, *options]
    run = subprocess.run(command, env=env, capture_output=True, text=True, timeout=20)
    said = run.stdout + run.stderr
    assert run.returncode not in {0, -9, -15}
    assert "Traceback" not in said
    assert "running at" not in said
    return said


@pytest.mark.parametrize(
    "url",
    [
        "https://a?b",
        "https://a#b",
        "https://me:pass@a",
        "https://a:99999",
        "https://a:0",
        "http://:80",
    ],
)
def test_what_is_no_origin_is_told(url: str) -> None:
    assert "WATCHPARTY_PUBLIC_URL" in refused(public_url=url)


@pytest.mark.parametrize("number", range(4))
def test_every_mistake_is_told_at_once(number: int) -> None:
    wrong = {name: values[number] for name, values in BAD.items()}
    said = refused(**wrong)
    for name, value in wrong.items():
        [line] = [line for line in said.splitlines() if f"WATCHPARTY_{name}=" in line]
        assert value in line


def test_one_mistake_is_told_alone() -> None:
    said = refused(chat_ttl="1e6")
    assert "WATCHPARTY_CHAT_TTL" in said
    assert not any(f"WATCHPARTY_{name}" in said for name in BAD if name != "CHAT_TTL")


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("LIMIT", "LIMITS"),
        ("TRUSTED_PROXY", "TRUSTED_PROXIES"),
        ("PUBLIC_URI", "PUBLIC_URL"),
        ("CORS_ORIGIN", "CORS_ORIGINS"),
        ("chat_ttl", "CHAT_TTL"),
    ],
)
def test_a_slip_in_a_name_is_told_with_what_was_meant(slip: str, meant: str) -> None:
    env = os.environ | {"WATCHPARTY_STORE": "sqlite::memory:", f"WATCHPARTY_{slip}": "1"}
    run = subprocess.run(SERVE, env=env, capture_output=True, text=True, timeout=20)
    assert run.returncode == 1
    assert f"WATCHPARTY_{slip}: there is no such setting" in run.stderr
    assert f"WATCHPARTY_{meant}?" in run.stderr


async def test_what_others_name_after_a_service_is_no_slip(tmp_path: Path) -> None:
    async with (
        Server(
            tmp_path, port="tcp://192.0.2.1:80", port_80_tcp_proto="tcp", service_host="a"
        ) as server,
        Api(server.url) as api,
    ):
        assert (await api.get("/healthz")).ok() == {"status": "ok"}


def test_a_bad_option_is_a_mistake_like_a_bad_variable() -> None:
    assert "mysql://localhost/party" in refused("--store", "mysql://localhost/party")
    assert "--store" in refused("--store", "mysql://localhost/party")
    assert "nowhere.toml" in refused("--config", "/nowhere.toml")


async def test_empty_settings_are_the_defaults(tmp_path: Path) -> None:
    async with (
        Server(
            tmp_path, public_url="", require_auth_key=" ", chat_ttl="", trusted_proxies=""
        ) as server,
        Api(server.url) as api,
    ):
        made = (await api.post("/create")).ok()
        assert made["magic_link"].startswith(f"{server.url}/chat/")


@pytest.mark.parametrize(("value", "status"), [("ON", 401), ("false", 200)])
async def test_a_switch_is_on_or_off(tmp_path: Path, value: str, status: int) -> None:
    async with Server(tmp_path, require_auth_key=value) as server, Api(server.url) as api:
        assert (await api.post("/create")).status == status


async def test_an_option_wins_over_a_variable(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    async with (
        Server(tmp_path, command=[*SERVE, "--store", f"sqlite:{other}"]) as server,
        Api(server.url) as api,
    ):
        await tell(api)
    assert other.exists()
    assert not server.database.exists()


def modes(folder: Path) -> dict[str, int]:
    """Return who may do what with the files of the store."""
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.glob("party.db*")}


async def test_what_is_said_is_readable_for_the_owner_only(tmp_path: Path) -> None:
    async with Server(tmp_path) as server, Api(server.url) as api:
        await (await tell(api)).alice.say("for us only")
        found = modes(tmp_path)
    assert "party.db" in found
    assert set(found.values()) == {0o600}


def test_a_file_that_anybody_could_read_is_made_private(tmp_path: Path) -> None:
    (tmp_path / "party.db").touch(0o644)
    with Server(tmp_path) as server:
        assert stat.S_IMODE(server.database.stat().st_mode) == 0o600


def test_a_second_server_on_the_same_file_is_refused(server: Server) -> None:
    said = refused(store=f"sqlite:{server.database}")
    assert str(server.database) in said
    assert "already uses" in said


def test_a_taken_port_is_told(server: Server) -> None:
    taken = server.url.removeprefix("http://")
    said = refused("--bind", taken)
    assert "in use" in said
    assert taken in said
    assert len(said.strip().splitlines()[-1]) < 200


@pytest.mark.parametrize(
    "place", ["192.0.2.1:8000", "127.0.0.1:99999", "127.0.0.1:http", "nohost.invalid:8000"]
)
def test_a_place_where_nobody_can_listen_is_told(place: str) -> None:
    assert f"Error: Cannot listen at {place}" in refused("--bind", place)


def test_a_configuration_that_is_none_is_told(tmp_path: Path) -> None:
    config = tmp_path / "bad.toml"
    config.write_text("bind = [")
    assert str(config) in refused("--config", str(config))


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    said = refused(store=f"sqlite:{tmp_path}/missing/party.db")
    assert f"{tmp_path}/missing/party.db" in said
    assert not (tmp_path / "missing").exists()


def of_another_program(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("CREATE TABLE users (name TEXT)")


def a_diary(file: Path) -> None:
    file.write_text("Dear diary, " * 1000)


@pytest.mark.parametrize("make", [of_another_program, a_diary])
def test_a_file_that_is_not_ours_is_told_and_left_alone(
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


def test_a_folder_is_told_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o755)
    assert str(folder) in refused(store=f"sqlite:{folder}")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert [*tmp_path.iterdir()] == [folder]

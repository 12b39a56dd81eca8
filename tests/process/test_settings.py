"""Settings come from the environment; every wrong one is reported."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import new_story
from tests.support.server_process import SERVE, Server, refused
from watchparty.settings import BadSettings, Settings

BAD = {
    "STORE": ["mysql://localhost/party", "party.db", "sqlite:", "sqlite"],
    "PUBLIC_URL": ["party.example.org", "ftp://party.example.org", "https://", "https://a/b"],
    "REQUIRE_AUTH_KEY": ["maybe", "yes!", "2", "-1"],
    "CHAT_TTL": ["-1", "a week", "59", "99999999999"],
    "TRUSTED_PROXIES": ["1.5", "-1", "²", "11"],
    "CORS_ORIGINS": ["example.org", "https://a,", "https://a/b, https://c", "null"],
}


def mistakes(env: Mapping[str, str]) -> list[str]:
    """Read bad settings, and return the reported mistakes."""
    with pytest.raises(BadSettings) as refusal:
        Settings.from_env({f"WATCHPARTY_{name}": value for name, value in env.items()})
    return refusal.value.mistakes


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
def test_a_public_url_must_be_an_origin(url: str) -> None:
    [mistake] = mistakes({"PUBLIC_URL": url})
    assert "WATCHPARTY_PUBLIC_URL" in mistake


@pytest.mark.parametrize("number", range(4))
def test_all_mistakes_are_reported_together(number: int) -> None:
    wrong = {name: values[number] for name, values in BAD.items()}
    found = mistakes(wrong)
    for name, value in wrong.items():
        [mistake] = [one for one in found if one.startswith(f"WATCHPARTY_{name}=")]
        assert value in mistake


def test_a_server_with_bad_settings_prints_all_mistakes_and_does_not_start() -> None:
    wrong = {name: values[0] for name, values in BAD.items()}
    said = refused(**wrong)
    assert said.startswith("Error: ")
    for name, value in wrong.items():
        [line] = [line for line in said.splitlines() if f"WATCHPARTY_{name}=" in line]
        assert value in line


def test_only_the_wrong_setting_is_reported() -> None:
    [mistake] = mistakes({"CHAT_TTL": "1e6"})
    assert "WATCHPARTY_CHAT_TTL" in mistake
    assert not any(f"WATCHPARTY_{name}" in mistake for name in BAD if name != "CHAT_TTL")


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
def test_a_misspelt_name_is_reported_with_the_right_one(slip: str, meant: str) -> None:
    [mistake] = mistakes({slip: "1"})
    assert f"WATCHPARTY_{slip}: there is no such setting" in mistake
    assert f"WATCHPARTY_{meant}?" in mistake


def test_variables_of_a_service_with_our_name_are_ignored() -> None:
    """Kubernetes sets WATCHPARTY_PORT and the like for a service named watchparty."""
    foreign = {"PORT": "tcp://192.0.2.1:80", "PORT_80_TCP_PROTO": "tcp", "SERVICE_HOST": "a"}
    env = {f"WATCHPARTY_{name}": value for name, value in foreign.items()}
    assert Settings.from_env(env) == Settings()


def test_a_bad_option_is_refused_like_a_bad_variable() -> None:
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
        await new_story(api)
    assert other.exists()
    assert not server.database.exists()

"""The documents say what the server does, and their examples run."""

import asyncio
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from openapi_spec_validator import validate
from throttled.rate_limiter import Quota

from tests.client import SPEC, Api
from tests.people import Story
from tests.serving import Server
from watchparty.app import create_app
from watchparty.party import errors
from watchparty.party.party import MEMBERS_MAX
from watchparty.settings import Settings
from watchparty.web import quotas
from watchparty.web.errors import FRAMEWORK

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
API = ROOT / "docs" / "api.md"
BOT = ROOT / "examples" / "bot.py"
HERE = "http://localhost:8000"  # where the README's server is

CODES = {
    error.code
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, errors.PartyError)
} | {code for code, _ in FRAMEWORK.values()}

SETTINGS = [f"WATCHPARTY_{name.upper()}" for name in Settings.__struct_fields__]


def routes() -> set[tuple[str, str]]:
    """Return (method, path) of all that the application answers, but static files."""
    app = create_app(Settings(store="sqlite::memory:"))
    return {
        (method, re.sub(r"<[^>]+>", "{}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }


def documented() -> set[tuple[str, str]]:
    """Return (method, path) of all that the OpenAPI document tells of."""
    return {
        (method.upper(), re.sub(r"\{[^}]+\}", "{}", path))
        for path, operations in SPEC["paths"].items()
        for method in operations
        if method != "parameters"
    }


async def test_every_route_is_documented_and_nothing_else() -> None:
    assert routes() == documented()
    assert ("GET", "/{}") in routes()


async def test_the_openapi_document_is_valid(api: Api) -> None:
    answer = await api.get("/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.ok() == SPEC
    validate(answer.json)


async def test_every_parameter_of_a_path_is_described() -> None:
    for path, operations in SPEC["paths"].items():
        described = {p["name"] for p in operations.get("parameters", []) if p["in"] == "path"}
        assert described == set(re.findall(r"\{([^}]+)\}", path))


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_error_is_documented(code: str) -> None:
    assert f"`{code}`" in API.read_text(encoding="utf-8")


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_documented(setting: str) -> None:
    documents = README.read_text(encoding="utf-8") + API.read_text(encoding="utf-8")
    assert f"`{setting}`" in documents


def four_lines() -> list[str]:
    """Return the commands of the README's first shell block that uses curl."""
    text = README.read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    block = next(block for block in blocks if "curl" in block)
    assert HERE in block
    return [line for line in block.replace("\\\n", " ").splitlines() if line.strip()]


async def test_the_four_lines_of_the_readme_work_as_they_stand(server: Server) -> None:
    *before, last = (line.replace(HERE, server.url) for line in four_lines())
    assert sum("curl" in line for line in (*before, last)) == 4
    script = "\n".join(["set -euo pipefail", *before, "echo; echo '=== last ==='", last])
    bash = await asyncio.to_thread(
        subprocess.run, ["bash", "-c", script], capture_output=True, text=True, timeout=30
    )
    assert bash.returncode == 0, bash.stderr
    page = json.loads(bash.stdout.partition("=== last ===")[2])
    [said] = re.findall(r'"(?:body|message|text)"\s*:\s*"([^"]+)"', "\n".join(before))
    assert said in [message["body"] for message in page["messages"]]


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program as long as somebody looks, and end it then."""
    process = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


async def until_somebody_came(story: Story, bot: subprocess.Popen[str]) -> None:
    async with asyncio.timeout(20):
        while len((await story.alice.read())["members"]) < 3:
            if bot.poll() is not None:
                raise AssertionError(bot.communicate()[0])


async def test_the_bot_of_the_examples_answers(story: Story) -> None:
    with running(str(BOT), story.magic_link) as bot:
        await until_somebody_came(story, bot)
        for _ in range(2):
            asked = await story.alice.say("!ping")
            answer = await story.bob.read(since=asked["id"], wait=20)
            assert [message["body"] for message in answer["messages"]] == ["pong"]
            assert answer["messages"][0]["member_id"] == 3
        assert bot.poll() is None
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


def test_the_bot_of_the_examples_is_short() -> None:
    assert 1 < len(BOT.read_text(encoding="utf-8").splitlines()) <= 20


def row(what: str, by: str) -> str:
    """Return what the table of limits says of one of them."""
    lines = API.read_text(encoding="utf-8").splitlines()
    [found] = [line for line in lines if line.startswith(f"| {what}") and f"| {by}" in line]
    return found


PERIODS = {1: "a second", 60: "a minute", 86_400: "a day"}


@pytest.mark.parametrize(
    ("what", "by", "quota"),
    [
        ("messages", "member", quotas.POSTS),
        ("messages", "chat", quotas.CHAT_POSTS),
        ("chats started", "address", quotas.STARTS),
        ("chats started", "user", quotas.STARTS_A_DAY),
        ("newcomers", "user", quotas.NEWCOMERS),
        ("QR codes", "member", quotas.DRAWINGS),
        ("requests with a good credential", "member", quotas.MEMBER),
        ("keys that are wrong", "address", quotas.UNKNOWN_KEYS),
        ("requests with no credential", "address", quotas.ADDRESS),
        ("`GET /healthz`", "address", quotas.HEALTH),
    ],
)
def test_every_rate_is_documented(what: str, by: str, quota: Quota) -> None:
    steady = f"{quota.get_limit()} {PERIODS[quota.get_period_sec()]}"
    assert row(what, by).endswith(f"| {quota.burst:,} | {steady} |")


def test_every_other_limit_is_documented() -> None:
    assert f"| {quotas.HELD:,} |" in row("held polls", "credential")
    assert f"| {quotas.HELD_IN_ALL:,} |" in row("held polls", "server")
    assert f"| {MEMBERS_MAX:,} |" in row("members", "chat")
    assert f"| {quotas.HELD_BY_MEMBER:,} |" in row("held polls", "member")
    assert f"| {quotas.AT_ONCE:,} | up to {quotas.LINE_MAX:,} " in row("of these", "address")

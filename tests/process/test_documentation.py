"""The documents describe what the server does, and their examples run."""

import asyncio
import inspect
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from openapi_spec_validator import validate
from throttled.rate_limiter import Quota

from tests.support.api_client import SPEC, Api
from tests.support.api_fixtures import Story, new_story
from tests.support.server_process import Server
from watchparty.app import create_app
from watchparty.party import errors
from watchparty.party.service import MEMBERS_MAX
from watchparty.settings import Settings
from watchparty.web.limits import quotas
from watchparty.web.openapi.sse import EVENTS
from watchparty.web.response.errors import HTTP_ERRORS

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
API = ROOT / "docs" / "api.md"
BOT = ROOT / "examples" / "bot.py"
SCRIBE = ROOT / "examples" / "stream_bot.py"
HERE = "http://localhost:8000"  # the server address in the README

CODES = {
    error.code
    for _, error in inspect.getmembers(errors, inspect.isclass)
    if issubclass(error, errors.PartyError)
} | {code for code, _ in HTTP_ERRORS.values()}

SETTINGS = [f"WATCHPARTY_{name.upper()}" for name in Settings.__struct_fields__]


def routes() -> set[tuple[str, str]]:
    """Return (method, path) of every route of the application except static files."""
    app = create_app(Settings(store="sqlite::memory:"))
    return {
        (method, re.sub(r"<[^>]+>", "{}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }


def documented() -> set[tuple[str, str]]:
    """Return (method, path) of every operation in the OpenAPI document."""
    return {
        (method.upper(), re.sub(r"\{[^}]+\}", "{}", path))
        for path, operations in SPEC["paths"].items()
        for method in operations
        if method != "parameters"
    }


async def test_the_document_has_exactly_the_routes_of_the_application() -> None:
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


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_of_a_stream_is_documented(event: str) -> None:
    assert f"`{event}`" in API.read_text(encoding="utf-8")
    ok = SPEC["paths"]["/{chat_id}"]["get"]["responses"]["200"]
    assert f"`{event}`" in ok["content"]["text/event-stream"]["schema"]["description"]


def examples(document: Path) -> list[str]:
    """Return the commands of a document's shell blocks that use curl, block after block."""
    text = document.read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    commands = "".join(block for block in blocks if "curl" in block).replace("\\\n", " ")
    return [line for line in commands.splitlines() if line.strip()]


# Replaces the jq commands of the README on machines without jq.
FIELD = f"{sys.executable} -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[2][1:]])'"
JQ = f'command -v jq > /dev/null || jq() {{ {FIELD} "$@"; }}'


async def outputs(server: Server, *commands: str) -> list[str]:
    """Run commands in one shell, and return what each of them prints."""
    script = "\necho; echo ===\n".join([f"set -euo pipefail; {JQ}", *commands])
    bash = await asyncio.to_thread(
        subprocess.run,
        ["bash", "-c", script.replace(HERE, server.url)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert bash.returncode == 0, bash.stderr
    return bash.stdout.split("===")[1:]


async def test_the_four_commands_of_the_readme_work_unchanged(server: Server) -> None:
    commands = examples(README)
    assert HERE in "".join(commands)
    assert sum("curl" in command for command in commands) == 4
    *before, _ = commands
    page = json.loads((await outputs(server, *commands))[-1])
    [said] = re.findall(r'"(?:body|message|text)"\s*:\s*"([^"]+)"', "\n".join(before))
    assert said in [message["body"] for message in page["messages"]]


async def test_the_api_examples_work_after_those_of_the_readme(server: Server) -> None:
    # A stream does not end by itself.
    patience = 'curl() { command curl -s --max-time 2 "$@" || [ $? = 28 ]; }'
    streamed, kept = (await outputs(server, patience, *examples(README), *examples(API)))[-2:]
    [said] = re.findall(r'"body": "([^"]+)"', "\n".join(examples(README)))
    assert streamed.startswith("\nid: 1\ndata: ")
    assert said in streamed
    assert json.loads(kept)["id"] == 2


async def test_the_example_answers_of_the_api_have_the_fields_of_real_ones(api: Api) -> None:
    text = API.read_text(encoding="utf-8")
    examples = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]
    chats = [chat for example in examples for chat in example.get("chats", {}).values()]
    shown = [example.keys() for example in [*examples, *chats]]
    story = await new_story(api)
    path = story.alice.path
    polled = {str(story.chat_id): {"since": 0, "rev": 0, "token": story.bob.session_token}}
    for answer in (
        (await api.post("/create", json={"username": "Alice"})).ok(),
        (await api.post(f"{path}/join", json={"magic_key": story.magic_key})).ok(),
        await story.alice.say("It starts!"),
        await story.bob.read(since=0),
        (await api.post("/poll", json={"chats": polled})).ok(),
        (await story.bob.read(since=0, rev=0))["state"],
        (await api.get(path, "x")).json,
    ):
        assert answer.keys() in shown


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program inside the `with` block, and kill it at the end."""
    process = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


async def until_member_count(story: Story, bot: subprocess.Popen[str], count: int = 3) -> None:
    async with asyncio.timeout(60):
        while len((await story.alice.read())["members"]) < count:
            if bot.poll() is not None:
                raise AssertionError(bot.communicate()[0])


async def test_the_bot_of_the_examples_answers(story: Story) -> None:
    with running(str(BOT), story.magic_link) as bot:
        await until_member_count(story, bot)
        for _ in range(2):
            asked = await story.alice.say("!ping")
            answer = await story.bob.read(since=asked["id"], wait=20)
            assert [message["body"] for message in answer["messages"]] == ["pong"]
            assert answer["messages"][0]["member_id"] == 3
        assert bot.poll() is None
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_the_bots_of_the_examples_outlive_a_restart(fresh_server: Server) -> None:
    async with Api(fresh_server.url) as api:
        story = await new_story(api)
        with (
            running(str(BOT), story.magic_link) as bot,
            running(str(SCRIBE), story.magic_link) as scribe,
        ):
            await until_member_count(story, scribe, 4)
            await story.alice.say("before")
            fresh_server.restart()
            async with Api(fresh_server.url) as story.alice.api:
                asked = await story.alice.say("!ping")
                answer = await story.alice.read(since=asked["id"], wait=20)
                assert [message["body"] for message in answer["messages"]] == ["pong"]
                written = [await line_of(scribe) for _ in range(3)]
                assert written == ["Alice: before", "Alice: !ping", "Pingbot: pong"]
                await story.alice.api.call("DELETE", story.alice.path, story.alice.session_token)
            for one in (bot, scribe):
                assert "I have to leave" in await line_of(one)
                assert await asyncio.to_thread(one.wait, 20) == 1


async def test_the_stream_bot_reports_how_many_messages_it_missed(fresh_server: Server) -> None:
    async with Api(fresh_server.url) as api:
        story = await new_story(api)
        with running(str(SCRIBE), story.magic_link) as scribe:
            await until_member_count(story, scribe)
            await story.alice.say("0")
            assert await line_of(scribe) == "Alice: 0"
            scribe.send_signal(signal.SIGSTOP)
            fresh_server.restart()
            async with Api(fresh_server.url) as story.alice.api:
                for number in range(1, 41):
                    await story.alice.say(f"{number}")
                scribe.send_signal(signal.SIGCONT)
                assert await line_of(scribe) == "(10 messages missed)"
                assert await line_of(scribe) == "Alice: 11"


async def line_of(bot: subprocess.Popen[str]) -> str:
    """Return the next line that the bot prints."""
    assert bot.stdout is not None
    async with asyncio.timeout(60):
        return (await asyncio.to_thread(bot.stdout.readline)).rstrip("\n")


@pytest.mark.parametrize(("bot", "lines_max"), [(BOT, 30), (SCRIBE, 60)])
def test_the_bots_of_the_examples_are_short(bot: Path, lines_max: int) -> None:
    assert 1 < len(bot.read_text(encoding="utf-8").splitlines()) <= lines_max


def row(what: str, by: str) -> str:
    """Return the row that the table of limits must have for a limit."""
    lines = API.read_text(encoding="utf-8").splitlines()
    [found] = [line for line in lines if line.startswith(f"| {what}") and f"| {by}" in line]
    return found


PERIODS = {1: "a second", 60: "a minute", 86_400: "a day"}


@pytest.mark.parametrize(
    ("what", "by", "quota"),
    [
        ("messages", "member", quotas.POSTS),
        ("messages", "chat", quotas.CHAT_POSTS),
        ("chats started", "address", quotas.CREATED_CHATS),
        ("chats started", "user", quotas.CREATED_CHATS_A_DAY),
        ("newcomers", "user", quotas.JOINS),
        ("QR codes", "member", quotas.QR_CODES),
        ("requests with a good credential", "member", quotas.MEMBER),
        ("keys that are wrong", "address", quotas.UNKNOWN_CREDENTIALS),
        ("requests with no credential", "address", quotas.ADDRESS),
        ("`GET /healthz`", "address", quotas.HEALTH),
    ],
)
def test_every_rate_is_documented(what: str, by: str, quota: Quota) -> None:
    steady = f"{quota.get_limit()} {PERIODS[quota.get_period_sec()]}"
    assert row(what, by).endswith(f"| {quota.burst:,} | {steady} |")


def test_every_other_limit_is_documented() -> None:
    assert f"| {quotas.HELD_PER_CREDENTIAL:,} |" in row("held polls", "credential")
    assert f"| {quotas.HELD_IN_ALL:,} |" in row("held polls", "server")
    assert f"| {MEMBERS_MAX:,} |" in row("members", "chat")
    assert f"| {quotas.HELD_PER_MEMBER:,} |" in row("held polls", "member")

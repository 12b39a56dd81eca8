"""Schemathesis makes requests from the OpenAPI document, and the answers must match it.

It sends values that the document allows and values that it forbids: the examples, the edges of each
schema, and random ones. It fails on a 5xx, and on a status, type, header or shape that the document
does not list. It checks that bad values are refused, but not that good ones are accepted, because
a schema cannot express all rules for a name.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.answers import FORBIDDEN
from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.server_process import BIN, Server

EXAMPLES_MAX = 40  # random requests to each path and method, besides those at the edges
PATIENCE = 600  # seconds for a whole run on a busy machine

# These requests succeed only once, because the chat or the member is gone afterwards.
ONCE = ("DELETE /{chat_id}", "DELETE /{chat_id}/members/{member_id}")

# With this configuration, a run also fails if a path gave no answer but 401, 403 or 404.
FAIL_IF_NEVER_ACCEPTED = '[warnings]\nfail-on = ["missing_auth", "missing_test_data"]\n'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("schemathesis"), limits="off") as server:
        yield server


@pytest.fixture
async def story(server: Server) -> Story:
    async with Api(server.url) as api:
        story = await new_story(api)
        await story.alice.say("Ask me anything")
        return story


def run(server: Server, folder: Path, *options: str, config: str = "") -> None:
    """Run Schemathesis against a server; fail with its report."""
    file = folder / "schemathesis.toml"
    file.write_text(config)
    command = [str(BIN / "schemathesis"), "--config-file", str(file), "run", "--no-color"]
    command += [
        "--phases=examples,coverage,fuzzing",
        f"--max-examples={EXAMPLES_MAX}",
        "--generation-deterministic",
    ]
    command += ["--exclude-checks=positive_data_acceptance", *options]
    command += [f"{server.url}/openapi.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr


def config_of(story: Story, credential: str) -> str:
    """Return a configuration with the ids of Alice's chat, of Bob and of a message."""
    return (
        f'headers = {{ Authorization = "Bearer {credential}" }}\n'
        f'[parameters]\n"path.chat_id" = {story.chat_id}\n"path.member_id" = 2\n"path.id" = 1\n'
        '"query.wait" = 0.01\n'
    )


def test_requests_without_a_credential_are_answered_as_documented(
    server: Server, tmp_path: Path
) -> None:
    run(server, tmp_path)


async def test_requests_of_a_host_are_answered_as_documented(
    server: Server, story: Story, tmp_path: Path
) -> None:
    others = [f"--exclude-name={name}" for name in ONCE]
    in_chat = ["--include-path-regex=^/{chat_id}", "--exclude-name=POST /{chat_id}/join"]
    config = config_of(story, story.alice.session_token) + FAIL_IF_NEVER_ACCEPTED
    run(server, tmp_path, *in_chat, *others, config=config)
    # Afterwards: by joining again and again, this one ends the oldest sessions.
    config = config_of(story, story.alice.auth_key) + FAIL_IF_NEVER_ACCEPTED
    run(server, tmp_path, *others, config=config)
    async with Api(server.url) as story.bob.api, Api(server.url) as story.charlie.api:
        assert (await story.bob.read())["last_id"] > 1  # the requests posted messages
        assert (await story.charlie.try_to_read(story.chat_id)).error == FORBIDDEN


async def test_requests_that_succeed_only_once_are_answered_as_documented(
    server: Server, story: Story, tmp_path: Path
) -> None:
    config = config_of(story, story.alice.session_token)
    for name in reversed(ONCE):
        run(server, tmp_path, f"--include-name={name}", config=config)
        async with Api(server.url) as story.bob.api, Api(server.url) as story.alice.api:
            assert (await story.bob.try_to_read(story.chat_id)).error == FORBIDDEN
            left = (await story.alice.try_to_read(story.chat_id)).status
            assert left == (403 if name == ONCE[0] else 200)

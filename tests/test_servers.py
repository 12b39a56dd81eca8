"""Watch Party runs on any ASGI server, and in a test without one."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client import Api
from tests.people import tell
from tests.serving import BIN, HYPERCORN, Server

ROOT = Path(__file__).parent.parent

UVICORN = [str(BIN / "uvicorn"), "--port", "0", "watchparty.asgi:app"]

# What somebody writes who tries the application in a shell: no lifespan, no farewell.
ALONE = """
import asyncio, json
from watchparty.app import create_app
from watchparty.settings import Settings

async def main():
    client = create_app(Settings(store=%r)).test_client()
    made = await (await client.post("/create", json={"username": "Alice"})).get_json()
    path, headers = f"/{made['chat_id']}", {"Authorization": made["session_token"]}
    held = asyncio.create_task(client.get(path + "?since=0&wait=20", headers=headers))
    await client.post(path, headers=headers, json={"body": "hi"})
    page = await (await held).get_json()
    outside = await client.get(path, headers={"Authorization": "x"})
    print(json.dumps([page["messages"][0]["body"], outside.status_code]))

asyncio.run(main())
"""


@pytest.fixture(params=[HYPERCORN, UVICORN], ids=["hypercorn", "uvicorn"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """The application under somebody else's server."""
    server = Server(tmp_path, command=request.param)
    yield server
    server.stop()
    assert "Traceback" not in server.log()


async def test_a_chat_works_under_any_server(other: Server) -> None:
    async with Api(other.url) as api:
        story = await tell(api)
        assert story.magic_link.startswith(f"{other.url}/chat/")
        held = asyncio.create_task(story.bob.read(since=0, wait=20))
        said = await story.alice.say("Does it work here?")
        page = await held
        assert [message["id"] for message in page["messages"]] == [said["id"]] == [1]
        assert (await story.bob.say("It does"))["id"] == 2
        outside = await story.charlie.try_to_read(story.chat_id, since=0, wait=20)
        assert outside.error == (403, "forbidden")
        assert (await api.get("/")).headers["Content-Type"].startswith("text/html")


async def test_a_chat_survives_the_restart_of_any_server(tmp_path: Path, other: Server) -> None:
    async with Api(other.url) as api:
        story = await tell(api)
        await story.alice.say("still there?")
        before = (await story.bob.read())["epoch"]
    other.stop()
    own = Server(tmp_path)
    story.bob.api = Api(own.url)
    async with story.bob.api:
        page = await story.bob.read()
    assert own.stop() == 0
    assert (page["epoch"], page["messages"][0]["body"]) == (before, "still there?")


def test_two_workers_on_one_file_are_told_why_not_and_end(tmp_path: Path) -> None:
    env = {**os.environ, "WATCHPARTY_STORE": f"sqlite:{tmp_path}/party.db"}
    command = [*HYPERCORN, "--workers", "2"]
    run = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert "already uses" in run.stdout + run.stderr
    assert "workers = 0" in run.stdout + run.stderr


@pytest.mark.parametrize("store", ["sqlite::memory:", "sqlite:party.db"])
def test_an_application_nobody_started_works_and_lets_go(tmp_path: Path, store: str) -> None:
    command = [sys.executable, "-c", ALONE % store]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=20)
    assert (run.returncode, run.stdout) == (0, '["hi", 403]\n'), run.stderr
    assert "Traceback" not in run.stderr

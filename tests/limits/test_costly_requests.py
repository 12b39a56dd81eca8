"""Every request costs a bounded amount of CPU time, whatever it contains."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story
from tests.support.server_process import Server

ZALGO = "a" + "\u0345" * 16_000 + "\u0334" * 16_000  # sorting these takes quadratic time

# Seconds of the server's CPU for all requests of a test. Without bounds they took over two.
COST_MAX = 0.5

REFUSED = (400, "invalid_request")


def unescaped(**fields: str) -> bytes:
    """Return JSON in which nothing is escaped, so that more fits into a body."""
    return json.dumps(fields, ensure_ascii=False).encode()


def cpu_seconds(server: Server) -> float:
    """Return the seconds of CPU that the server has used (proc(5))."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(autouse=True)
def cheap(server: Server, story: Story) -> Iterator[None]:
    """Check that the requests of a test cost the server little."""
    before = cpu_seconds(server)
    yield
    assert cpu_seconds(server) - before < COST_MAX


async def send_all(story: Story, *requests: Any) -> list[Any]:
    """Send the requests, then check that another user is still served."""
    answers = await asyncio.gather(*requests)
    assert (await story.charlie.read())["last_id"] == 0
    return answers


async def test_overlong_names_and_topics_are_refused_cheaply(api: Api, story: Story) -> None:
    topic, token = f"{story.alice.path}/topic", story.alice.session_token
    answers = await send_all(
        story,
        api.post("/auth", data=unescaped(username=ZALGO)),
        api.post("/create", data=unescaped(username=ZALGO)),
        api.post(f"/{story.chat_id}/join", data=unescaped(username=ZALGO, magic_key="x")),
        api.call("PUT", topic, token, data=unescaped(topic=ZALGO)),
    )
    assert [answer.error for answer in answers] == [REFUSED] * 4


@pytest.mark.parametrize("before", ["", "0.", "."])
async def test_overlong_numbers_are_refused_cheaply(api: Api, story: Story, before: str) -> None:
    path = f"{story.bob.path}?since=0&wait={before}{'1' * 12_000}x"
    answers = await send_all(story, *(api.get(path, story.bob.session_token) for _ in range(5)))
    assert [answer.error for answer in answers] == [REFUSED] * 5


async def test_forms_of_many_fields_are_refused_cheaply(api: Api, story: Story) -> None:
    parts = aiohttp.FormData(default_to_multipart=True)
    for number in range(900):
        parts.add_field("a", f"{number}")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answers = await send_all(
        story,
        api.post("/auth", data="a=1&" * 15_000, headers=form),
        api.post("/auth", data=parts),
    )
    assert [answer.status for answer in answers] in ([400, 400], [400, 413])


async def test_headers_of_many_parts_are_refused_cheaply(api: Api, story: Story) -> None:
    many = {f"X-{number}": "1" for number in range(400)}
    accept = {"Accept": "a/b," * 2_000 + "text/html"}
    answers = await send_all(
        story,
        api.get("/", headers=many),
        api.get(story.bob.path, headers=accept),
        api.get("/", headers={"Host": "a." * 200 + "example"}),
    )
    assert [answer.status for answer in answers] == [400, 401, 400]

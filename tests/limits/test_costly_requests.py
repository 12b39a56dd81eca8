"""A request costs a bounded time, however it is made up."""

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

ZALGO = "a" + "\u0345" * 16_000 + "\u0334" * 16_000  # to bring these into order takes their square

COST_MAX = 0.5  # seconds of the server's CPU for all that a test sends; it was two and more

REFUSED = (400, "invalid_request")


def raw(**fields: str) -> bytes:
    """Return JSON in which nothing is escaped, so that more fits into a body."""
    return json.dumps(fields, ensure_ascii=False).encode()


def used(server: Server) -> float:
    """Return the seconds of CPU that the server has used (proc(5))."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(autouse=True)
def cheap(server: Server, story: Story) -> Iterator[None]:
    """Whatever a test sends costs the server little."""
    before = used(server)
    yield
    assert used(server) - before < COST_MAX


async def bounded(story: Story, *requests: Any) -> list[Any]:
    """Send these, while somebody else is served."""
    answers = await asyncio.gather(*requests)
    assert (await story.charlie.read())["last_id"] == 0
    return answers


async def test_names_and_topics_that_are_far_too_long(api: Api, story: Story) -> None:
    topic, token = f"{story.alice.path}/topic", story.alice.session_token
    answers = await bounded(
        story,
        api.post("/auth", data=raw(username=ZALGO)),
        api.post("/create", data=raw(username=ZALGO)),
        api.post(f"/{story.chat_id}/join", data=raw(username=ZALGO, magic_key="x")),
        api.call("PUT", topic, token, data=raw(topic=ZALGO)),
    )
    assert [answer.error for answer in answers] == [REFUSED] * 4


@pytest.mark.parametrize("before", ["", "0.", "."])
async def test_numbers_that_are_far_too_long(api: Api, story: Story, before: str) -> None:
    path = f"{story.bob.path}?since=0&wait={before}{'1' * 12_000}x"
    answers = await bounded(story, *(api.get(path, story.bob.session_token) for _ in range(5)))
    assert [answer.error for answer in answers] == [REFUSED] * 5


async def test_forms_of_many_fields(api: Api, story: Story) -> None:
    parts = aiohttp.FormData(default_to_multipart=True)
    for number in range(900):
        parts.add_field("a", f"{number}")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answers = await bounded(
        story,
        api.post("/auth", data="a=1&" * 15_000, headers=form),
        api.post("/auth", data=parts),
    )
    assert [answer.status for answer in answers] in ([400, 400], [400, 413])


async def test_headers_of_many_parts(api: Api, story: Story) -> None:
    many = {f"X-{number}": "1" for number in range(400)}
    accept = {"Accept": "a/b," * 2_000 + "text/html"}
    answers = await bounded(
        story,
        api.get("/", headers=many),
        api.get(story.bob.path, headers=accept),
        api.get("/", headers={"Host": "a." * 200 + "example"}),
    )
    assert [answer.status for answer in answers] == [400, 401, 400]

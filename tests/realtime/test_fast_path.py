"""The fast path answers exactly as the framework does."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Person, Story, new_story
from tests.support.load_clients import until_held
from tests.support.server_process import Server
from tests.support.waiting import AT_ONCE

# An unknown parameter: the framework, not the fast path, answers the request.
ORDINARY = "&nothing=1"
PATHS = ("", ORDINARY)

WANTED = {"Accept": "text/event-stream"}


async def both(person: Person, query: str) -> list[Answer]:
    """Send the same request on the fast path and on the ordinary one."""
    path = f"{person.path}?{query}"
    return [await person.api.get(path + way, person.session_token) for way in PATHS]


def comparable(answer: Answer) -> tuple[int, dict[str, Any], Any]:
    """Return everything in an answer except its date."""
    return answer.status, undated(answer.headers), answer.body


def undated(headers: Mapping[str, str]) -> dict[str, str]:
    return {k.lower(): v for k, v in headers.items() if k.lower() != "date"}


@pytest.mark.parametrize(
    "query",
    [
        "since=0&wait=0.1",
        "since=3&wait=0.1",
        "wait=0.05&since=40",
        "since=40&wait=0.05&rev=0",
        "since=99&wait=1",
        "since=5&wait=1&epoch=another",
        "since=40&epoch=another&rev=7&wait=1",
        "since=0&wait=0",
        "since=0&wait=99",
        "since=1&since=2&wait=1",
        "since=x&wait=1",
        "since=1&wait=-1",
        "since=%31&wait=1",
        "since=9999999999999999&wait=1",
    ],
)
async def test_both_paths_give_the_same_answers(story: Story, query: str) -> None:
    for n in range(40):
        await story.alice.say(f"{n}")
    await story.charlie.say("Alone")  # so that his own poll is answered at once
    quick, ordinary = await both(story.bob, query)
    assert comparable(quick) == comparable(ordinary)
    for own in await both(story.charlie, query):
        assert own.status in {200, 400}  # Charlie reads a chat of his own
    path = f"{story.bob.path}?{query}"
    stranger = [
        await story.charlie.api.get(path + way, story.charlie.session_token) for way in PATHS
    ]
    assert comparable(stranger[0]) == comparable(stranger[1])
    assert stranger[0].error == (403, "forbidden")


async def test_behind_tls_the_answer_has_strict_transport_security(tmp_path: Path) -> None:
    async with Server(tmp_path, trusted_proxies="1") as server, Api(server.url) as api:
        story = await new_story(api)
        path, token = f"{story.bob.path}?since=0&wait=0.1", story.bob.session_token
        secure = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        answers = [await api.get(path + way, token, headers=secure) for way in PATHS]
        assert "Strict-Transport-Security" in answers[0].headers
        assert comparable(answers[0]) == comparable(answers[1])


@pytest.mark.parametrize("origins", ["*", "https://party.example.org"])
async def test_with_cors_both_paths_give_the_same_answers(tmp_path: Path, origins: str) -> None:
    """Caches must know that an answer depends on the Origin, also one to a request without."""
    async with Server(tmp_path, cors_origins=origins) as server, Api(server.url) as api:
        story = await new_story(api)
        quick, ordinary = await both(story.bob, "since=0&wait=0.1")
        assert comparable(quick) == comparable(ordinary)
        assert quick.headers["Vary"] == "Origin"
        assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_readers_on_both_paths_are_woken_at_once(server: Server, story: Story) -> None:
    path, token = f"{story.bob.path}?since=0&wait=25", story.bob.session_token
    held = [asyncio.create_task(story.bob.api.get(path + way, token)) for way in ("", ORDINARY) * 3]
    await until_held(server, *held)
    await story.alice.say("news")
    answers = [comparable(await one) for one in held]
    assert [answer[0] for answer in answers] == [200] * 6
    assert all(answer == answers[0] for answer in answers)


async def test_an_event_that_is_not_news_to_a_reader_does_not_wake_them(
    server: Server, story: Story
) -> None:
    path, token = f"{story.bob.path}?since=0&wait=1.5", story.bob.session_token
    began = time.monotonic()
    held = asyncio.create_task(story.bob.api.get(path, token))
    await until_held(server, held)
    for topic in ("one", "two", "three"):
        fields = {"topic": topic}
        alice = story.alice
        await alice.api.call("PUT", f"{alice.path}/topic", alice.session_token, json=fields)
    assert (await held).ok()["messages"] == []
    assert time.monotonic() - began >= 1.5


async def test_a_member_removed_while_waiting_is_answered_at_once(
    server: Server, story: Story
) -> None:
    path, token = f"{story.bob.path}?since=0&wait=25", story.bob.session_token
    held = [asyncio.create_task(story.bob.api.get(path + way, token)) for way in PATHS]
    await until_held(server, *held)
    members = f"{story.alice.path}/members/2"
    async with asyncio.timeout(AT_ONCE):
        await story.alice.api.call("DELETE", members, story.alice.session_token)
        quick, ordinary = [await one for one in held]
    assert quick.error == (403, "removed")
    assert comparable(quick) == comparable(ordinary)


async def test_a_stream_is_the_same_on_both_paths(story: Story) -> None:
    """Compare the headers, the missed messages, and those posted while the stream is open."""
    for n in range(40):
        await story.alice.say(f"{n}")
    queries = ("", "since=39", "since=3", "since=3&rev=0", "since=99", "since=1&epoch=another")
    requests: list[tuple[str, dict[str, str]]] = [(query, {}) for query in queries]
    requests += [("since=1", {"Last-Event-ID": "38"}), ("", {"Last-Event-ID": "2"})]
    async with AsyncExitStack() as stack:
        streams = [
            [await open_stream(stack, story.bob, f"?{query}{way}", headers) for way in PATHS]
            for query, headers in requests
        ]
        await story.alice.say("the end")
        for quick, ordinary in streams:
            assert await until_the_end(quick) == await until_the_end(ordinary)
            assert b'"id":41' in quick[1]
        for way in PATHS:
            refused = await story.charlie.api.get(
                f"{story.bob.path}?since=0{way}", story.charlie.session_token, headers=WANTED
            )
            assert refused.error == (403, "forbidden")


Opened = tuple[aiohttp.ClientResponse, bytearray]


async def open_stream(
    stack: AsyncExitStack, person: Person, query: str, headers: dict[str, str]
) -> Opened:
    """Open a stream and wait for its first bytes, so that later messages arrive after them."""
    bearer = {"Authorization": f"Bearer {person.session_token}"}
    session = await stack.enter_async_context(aiohttp.ClientSession(person.api.url))
    request = session.get(person.path + query, headers=WANTED | bearer | headers)
    answer = await stack.enter_async_context(request)
    return answer, bytearray(await answer.content.readany())


async def until_the_end(opened: Opened) -> tuple[int, dict[str, str], bytes]:
    answer, body = opened
    async with asyncio.timeout(20):
        while not body.endswith(b"\n\n") or b'"the end"' not in body:
            body += await answer.content.readany()
    return answer.status, undated(answer.headers), bytes(body)

"""Server-sent events: every message once and in order, gaps reported, removed readers cut off."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.raw_socket import send, statuses
from tests.support.server_process import Server, patched
from tests.support.sse_client import WANTED, Event, stream
from tests.support.waiting import until

MANY = 2_000  # messages of 8 KB


async def test_messages_arrive_when_they_are_posted(story: Story) -> None:
    await story.alice.say("before")
    async with stream(story.bob) as bob:
        assert await bob.ids(1) == [1]
        said = await story.alice.say("Zoë 🎬\nand a second line")
        event = await bob.next()
        assert (event.kind, event.id) == ("message", "2")
        assert event.data["body"] == said["body"]
        assert event.data == (await story.bob.read())["messages"][1]
        for n in range(3, 40):
            await story.bob.say(f"{n}")
        assert await bob.ids(37) == [*range(3, 40)]
        token = story.charlie.session_token
        refused = await story.charlie.api.get(story.bob.path, token, headers=WANTED)
        assert refused.error == (403, "forbidden")
        assert (await story.bob.api.get(story.bob.path, headers=WANTED)).error[0] == 401


async def test_a_reader_who_reconnects_continues_where_they_were(story: Story) -> None:
    for n in range(5):
        await story.alice.say(f"{n}")
    async with stream(story.bob, last_id="2", since=0) as bob:
        assert await bob.ids(3) == [3, 4, 5]
    async with stream(story.bob, since=4) as bob:
        assert await bob.ids(1) == [5]


async def test_a_gap_is_reported_once(story: Story) -> None:
    for n in range(40):
        await story.alice.say(f"{n}")
    async with stream(story.bob, last_id="3") as bob:
        gap = await bob.next()
        assert gap == Event("gap", "10", {"missed": 7})
        assert await bob.ids(30) == [*range(11, 41)]
    async with stream(story.bob, last_id=gap.id) as bob:  # the connection broke right after the gap
        assert await bob.ids(30) == [*range(11, 41)]


@pytest.mark.parametrize("cursor", [{"since": 99}, {"since": 1, "epoch": "another"}])
async def test_a_reader_of_another_history_gets_a_reset_and_the_window(
    story: Story, cursor: dict[str, Any]
) -> None:
    await story.alice.say("one")
    await story.alice.say("two")
    epoch = (await story.bob.read())["epoch"]
    async with stream(story.bob, **cursor) as bob:
        assert await bob.next() == Event("reset", "0", {"epoch": epoch, "missed": 0})
        assert await bob.ids(2) == [1, 2]
        await story.alice.say("three")
        assert await bob.ids(1) == [3]


async def test_a_reader_gets_the_state_of_the_chat_on_request(story: Story) -> None:
    async with stream(story.bob, since=0, rev=0) as bob, stream(story.alice, since=0) as alice:
        first = await bob.next()
        assert first.kind == "state"
        assert [m["username"] for m in first.data["state"]["members"]] == ["Alice", "Bob"]
        topic = {"topic": "Notorious"}
        path, token = f"{story.alice.path}/topic", story.alice.session_token
        changed = (await story.alice.api.call("PUT", path, token, json=topic)).ok()
        assert await bob.next() == Event("state", None, changed)
        await story.bob.say("Good")
        assert await bob.ids(1) == [1]
        assert await alice.ids(1) == [1]


@pytest.mark.parametrize("way", ["removed", "burned"])
async def test_a_stream_ends_at_once_when_its_reader_loses_access(story: Story, way: str) -> None:
    async with stream(story.bob, since=0) as bob:
        path = f"{story.alice.path}/members/2" if way == "removed" else story.alice.path
        await story.alice.api.call("DELETE", path, story.alice.session_token)
        end = await bob.next()
        assert (end.kind, end.data["error"]) == ("end", way)
        with pytest.raises(EOFError):
            await bob.next()


async def test_a_stopping_server_ends_every_stream(fresh_server: Server) -> None:
    async with Api(fresh_server.url) as api:
        story = await new_story(api)
        async with stream(story.bob) as bob, stream(story.alice) as alice:
            stopping = asyncio.create_task(asyncio.to_thread(fresh_server.stop))
            for one in (bob, alice):
                assert (await one.next()).data["error"] == "unavailable"
                with pytest.raises(EOFError):
                    await one.next()
            assert await stopping == 0


async def test_an_idle_stream_gets_heartbeats(tmp_path: Path) -> None:
    async with (
        Server(
            tmp_path, patched("watchparty.web.response.sse", HEARTBEAT="0.1"), limits="on"
        ) as server,
        Api(server.url) as api,
    ):
        story = await new_story(api)
        async with stream(story.bob) as bob:
            waiting = asyncio.create_task(bob.next())
            await until(lambda: bob.comments >= 5, "no heartbeat arrived")
            await story.alice.say("at last")
            assert (await waiting).data["body"] == "at last"


async def test_a_stream_counts_as_a_held_poll(tmp_path: Path) -> None:
    async with Server(tmp_path, limits="on") as server, Api(server.url) as api:
        story = await new_story(api)
        async with stream(story.bob, since=0) as first:
            path = f"{story.bob.path}?since=0&wait=25"
            token = story.bob.session_token
            polls = [asyncio.create_task(api.get(path, token)) for _ in range(4)]
            end = await first.next()
            assert (end.kind, end.data["error"]) == ("end", "rate_limited")
            assert end.data["retry_after"] > 0
            await story.alice.say("news")
            assert [(await poll).status for poll in polls] == [200] * 4
        for _ in range(10):  # a stream that ended no longer counts
            async with stream(story.bob, since=0) as bob:
                assert await bob.ids(1) == [1]


async def test_a_slow_reader_does_not_delay_others_and_gets_a_gap(story: Story) -> None:
    async with stream(story.bob, since=0) as slow:
        for _ in range(MANY // 50):  # more than fits into the buffers on the way
            await asyncio.gather(*(story.alice.say("\N{POPCORN}" * 2_000) for _ in range(50)))
        seen, missed = [], 0
        while MANY not in seen:
            event = await slow.next()
            if event.kind == "gap":
                missed += event.data["missed"]
            else:
                seen.append(event.data["id"])
        assert seen == sorted(set(seen))
        assert missed > 0
        assert len(seen) + missed == MANY


@pytest.mark.parametrize(("last_id", "query"), [("x", {}), ("-1", {}), (None, {"since": "1.5"})])
async def test_an_invalid_cursor_is_refused(
    story: Story, last_id: str | None, query: dict[str, Any]
) -> None:
    headers = WANTED | ({"Last-Event-ID": last_id} if last_id else {})
    bob = story.bob
    answer = await bob.api.get(bob.path, bob.session_token, headers=headers, params=query)
    assert answer.error == (400, "invalid_request")


@pytest.mark.parametrize(
    "accept",
    [
        "TEXT/Event-Stream",
        "text/event-stream; charset=utf-8",
        "Text/Event-Stream;charset=utf-8;q=0.9, application/json;q=0.8",
    ],
)
@pytest.mark.parametrize("query", [{}, {"since": 0, "wait": 0.1}])
async def test_the_media_type_of_a_stream_may_be_spelled_in_any_way(
    story: Story, accept: str, query: dict[str, Any]
) -> None:
    await story.alice.say("one")
    wanted = {"Accept": accept}
    async with stream(story.bob, wanted=wanted, **query) as bob:
        assert await bob.ids(1) == [1]
        await story.alice.say("two")
        assert await bob.ids(1) == [2]
    api, token = story.charlie.api, story.charlie.session_token
    refused = await api.get(story.bob.path, token, headers=wanted, params=query)
    assert refused.error == (403, "forbidden")


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "application/json",
        "text/event-stream;q=0.1, */*",
        "TEXT/Event-Stream, Application/JSON",
        "text/event-stream; charset=utf-8, application/json; charset=utf-8",
        "text/event-stream; charset=utf-8; q=0.1, */*",
        "text/event-stream; charset=utf-8; q=0",
    ],
)
async def test_a_request_that_does_not_ask_for_a_stream_gets_json(
    story: Story, accept: str
) -> None:
    headers, token = {"Accept": accept}, story.bob.session_token
    for path in (story.bob.path, f"{story.bob.path}?since=0&wait=0.1"):
        answer = await story.bob.api.get(path, token, headers=headers)
        assert answer.ok()["last_id"] == 0


async def test_a_head_request_gets_the_headers_of_a_stream_and_ends(
    server: Server, story: Story
) -> None:
    for person, status in ((story.bob, 200), (story.charlie, 403)):
        asked = (
            f"HEAD /{story.chat_id}?since=0 HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n"
            f"Authorization: Bearer {person.session_token}\r\n\r\n"
            "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
        )
        answer = await send(server, [asked.encode()])
        assert statuses(answer) == [status, 200]
        head, _, rest = answer.lower().partition(b"\r\n\r\n")
        assert (b"content-type: text/event-stream" in head) == (status == 200)
        assert b"content-length: 0" not in head
        assert rest.startswith(b"http/1.1 200")

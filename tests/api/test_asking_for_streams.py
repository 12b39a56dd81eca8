"""Who asks for a stream gets one, in whatever spelling; nobody else does."""

from typing import Any

import pytest

from tests.support.api_fixtures import Story
from tests.support.raw_socket import send, statuses
from tests.support.server_process import Server
from tests.support.sse_client import WANTED, stream


@pytest.mark.parametrize(("last_id", "query"), [("x", {}), ("-1", {}), (None, {"since": "1.5"})])
async def test_a_bad_cursor_is_a_bad_request(
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
async def test_a_stream_is_asked_for_in_any_spelling(
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
async def test_whoever_does_not_ask_for_a_stream_gets_a_page(story: Story, accept: str) -> None:
    headers, token = {"Accept": accept}, story.bob.session_token
    for path in (story.bob.path, f"{story.bob.path}?since=0&wait=0.1"):
        answer = await story.bob.api.get(path, token, headers=headers)
        assert answer.ok()["last_id"] == 0


async def test_a_head_tells_how_a_stream_begins_and_ends_there(
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

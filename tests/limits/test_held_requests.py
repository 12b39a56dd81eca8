"""Held polls are limited by credential, by member and in total, but not by address."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Person, guest, new_story
from tests.support.load_clients import is_quiet, until_held
from tests.support.rate_limits import LIMITED, retry_after
from tests.support.server_process import Server, patched
from tests.support.waiting import until

FRIENDS = 50
QUOTAS = "watchparty.web.limits.quotas"


def poll(person: Person, wait: float = 25) -> "asyncio.Task[Answer]":
    path = f"{person.path}?since=0&wait={wait}"
    return asyncio.create_task(person.api.get(path, person.session_token))


async def settled(*tasks: "asyncio.Task[Answer]", ended: int) -> None:
    """Wait until `ended` of the requests are answered."""
    while sum(task.done() for task in tasks) < ended:
        await asyncio.wait([t for t in tasks if not t.done()], return_when="FIRST_COMPLETED")


async def test_the_fifth_poll_of_a_credential_ends_the_first(tmp_path: Path) -> None:
    async with Server(tmp_path, limits="on") as server, Api(server.url) as api:
        story = await new_story(api)
        bob = []
        for _ in range(5):
            bob.append(poll(story.bob))
            await until_held(server, bob[-1])  # so that the polls arrive in this order
        await settled(*bob, ended=1)
        retry_after(bob[0].result())
        cursor = {"token": story.bob.session_token, "since": 0}
        chats = {"wait": 25, "chats": {f"{story.chat_id}": cursor}}
        many = asyncio.create_task(api.post("/poll", json=chats))
        await settled(*bob, ended=2)
        assert bob[1].result().error == LIMITED
        alice = poll(story.alice)
        await story.alice.say("news")
        for held in (*bob[2:], alice):
            assert [m["body"] for m in (await held).ok()["messages"]] == ["news"]
        assert (await many).ok()["chats"][f"{story.chat_id}"]["last_id"] == 1
        assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_a_member_with_many_tokens_holds_no_more_than_sixteen_polls(tmp_path: Path) -> None:
    async with Server(tmp_path, limits="on") as server, Api(server.url) as api:
        story = await new_story(api)
        path = f"/{story.chat_id}/join"
        tokens = [(await api.post(path, story.bob.auth_key)).ok() for _ in range(20)]
        bobs = [Person(api, "Bob", "", story.chat_id, token["session_token"]) for token in tokens]
        held = [poll(bob) for bob in bobs]
        await settled(*held, ended=4)
        assert {task.result().error for task in held if task.done()} == {LIMITED}
        await story.alice.say("news")
        answers = [(await task).status for task in held]
        assert sorted(answers) == [200] * 16 + [429] * 4


async def test_one_poll_of_many_chats_may_end_several_polls_at_once(tmp_path: Path) -> None:
    async with Server(tmp_path, limits="on") as server, Api(server.url) as api:
        story = await new_story(api)
        hers = [(await api.post("/create", story.alice.auth_key)).ok() for _ in range(4)]
        chats = {
            f"{made['chat_id']}": {"token": made["session_token"], "since": 0} for made in hers
        }
        body = {"wait": 25, "chats": chats}
        held = [asyncio.create_task(api.post("/poll", json=body)) for _ in range(4)]
        await until_held(server, *held)
        singles = [
            asyncio.create_task(api.get(f"/{chat_id}?since=0&wait=1", cursor["token"]))
            for chat_id, cursor in chats.items()
            for _ in range(4)
        ]
        assert {(await task).status for task in held} == {429}
        assert {(await task).status for task in singles} <= {200, 429}


@pytest.mark.parametrize("way", ["wait=25", "stream"])
async def test_a_request_cut_in_the_middle_of_its_body_does_not_count_as_held(
    tmp_path: Path, way: str
) -> None:
    command = patched(QUOTAS, HELD_IN_ALL="6")
    async with Server(tmp_path, command, limits="on") as server, Api(server.url) as api:
        story = await new_story(api)
        for _ in range(12):
            _, writer = await asyncio.open_connection(
                *server.url.removeprefix("http://").split(":")
            )
            writer.write(cut_in_body(story.bob, way))
            writer.close()  # while the server still decides whether to hold the request
            await writer.wait_closed()
        await until(lambda: is_quiet(server), "the server never came to rest")
        held = [
            poll(person) for person in (story.alice, story.bob, story.charlie) for _ in range(2)
        ]
        await until_held(server, *held)
        await story.alice.say("news")
        await story.charlie.say("here, too")
        assert [(await answer).status for answer in held] == [200] * 6


def cut_in_body(person: Person, way: str) -> bytes:
    """Return a request that asks to be held, with only a part of the body that it announces."""
    accept = "text/event-stream" if way == "stream" else "*/*"
    fields = f"Host: a\r\nAccept: {accept}\r\nAuthorization: Bearer {person.session_token}"
    request_line = f"GET {person.path}?since=0&{way} HTTP/1.1"
    return f"{request_line}\r\n{fields}\r\nContent-Length: 9\r\n\r\nabc".encode()


async def test_a_client_that_hangs_up_makes_room(tmp_path: Path) -> None:
    async with (
        Server(tmp_path, limits="on") as server,
        Api(server.url) as api,
        Api(server.url) as phone,
    ):
        story = await new_story(api)
        story.bob.api = phone
        for _ in range(12):
            gone = poll(story.bob)
            await until_held(server, gone)
            gone.cancel()
        story.bob.api = api
        held = [poll(story.bob) for _ in range(3)]
        await story.alice.say("news")
        assert [(await answer).status for answer in held] == [200] * 3


async def test_a_process_holds_a_limited_number_of_polls(tmp_path: Path) -> None:
    async with (
        Server(tmp_path, patched(QUOTAS, HELD_IN_ALL="6"), limits="on") as server,
        Api(server.url) as api,
    ):
        story = await new_story(api)
        people = [story.alice, story.alice, story.bob, story.bob, story.charlie, story.charlie]
        held = [poll(person) for person in people]
        extra = await poll_until_refused(story.bob)
        assert extra.error == LIMITED
        assert (await story.bob.read(since=0))[
            "messages"
        ] == []  # a request that does not wait is served
        await story.alice.say("news")
        assert (await poll(story.bob)).status == 200
        await story.charlie.say("here, too")
        assert [(await answer).status for answer in held] == [200] * 6


async def poll_until_refused(person: Person) -> Answer:
    """Poll again until a poll is refused: the other polls may arrive after the first."""
    while True:
        answer = await poll(person, wait=0.2)
        if answer.status != 200:
            return answer


@pytest.mark.parametrize("way", ["", "&nothing=1"], ids=["fast path", "framework"])
async def test_a_client_that_does_not_read_does_not_count_as_held(tmp_path: Path, way: str) -> None:
    """The connection of such a client may stay open for a minute."""
    command = patched(QUOTAS, HELD_IN_ALL="6", POSTS="CHAT_POSTS")
    async with Server(tmp_path, command, limits="on") as server, Api(server.url) as api:
        story = await new_story(api)
        for _ in range(15):  # more than fits into the buffers on the way
            await story.alice.say("\N{POPCORN}" * 2_000)
            await story.bob.say("\N{POPCORN}" * 2_000)
        async with AsyncExitStack() as unread:
            for _ in range(10):
                await unread.enter_async_context(unread_stream(story.bob, way))
            assert (await poll(story.charlie, wait=0.1)).status == 200
            await api.call("DELETE", f"{story.alice.path}/members/2", story.alice.session_token)
            held = [poll(story.charlie, wait=1) for _ in range(4)]
            assert [(await answer).status for answer in held] == [200] * 4


@asynccontextmanager
async def unread_stream(person: Person, way: str) -> AsyncIterator[None]:
    """Ask for a stream, and read no more than its beginning."""
    with socket.socket() as unread:
        unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        unread.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 88)
        unread.setblocking(False)
        loop, address = asyncio.get_running_loop(), urlsplit(person.api.url)
        await loop.sock_connect(unread, (address.hostname, address.port))
        await loop.sock_sendall(
            unread,
            f"GET {person.path}?since=0{way} HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n"
            f"Authorization: Bearer {person.session_token}\r\n\r\n".encode(),
        )
        begun = b""
        while b"id: " not in begun:
            begun += await loop.sock_recv(unread, 88) or pytest.fail(f"no stream: {begun!r}")
        yield


async def test_fifty_members_at_one_address_return_at_once_after_a_restart(tmp_path: Path) -> None:
    async with Server(tmp_path, limits="on") as server, Api(server.url) as api:
        story = await new_story(api)
        friends = await asyncio.gather(
            *(guest(api, f"F{n}", story.chat_id, story.magic_key) for n in range(FRIENDS))
        )
        held = [poll(friend) for friend in friends]
        await story.alice.say("before")
        assert {(await answer).status for answer in held} == {200}
        server.restart()
        loads = await asyncio.gather(
            *(api.get(f"/chat/{story.chat_id}") for _ in friends),
            *(api.get(friend.path, friend.session_token) for friend in friends),
        )
        assert {answer.status for answer in loads} == {200}
        for n in range(30):
            held = [poll(friend, wait=0) for friend in friends]
            assert {(await answer).status for answer in held} == {200}, n

"""A request that began before a removal or a change of role has no effect after it."""

import asyncio
import json
from typing import Any

import pytest

from tests.support.answers import FORBIDDEN
from tests.support.api_client import Api
from tests.support.api_fixtures import Person, Story, delete, guest, magic_keys, put

TRIES = 12


async def start_request(person: Person, method: str, path: str, **fields: Any) -> Any:
    """Send a part of a request; return a function that sends the rest and reads the answer."""
    reader, writer = await asyncio.open_connection(
        *person.api.url.removeprefix("http://").split(":")
    )
    body = json.dumps(fields).encode()
    head = f"{method} {person.path}{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    head += f"Authorization: Bearer {person.session_token}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body[:3])
    await writer.drain()

    async def finish() -> tuple[int, str]:
        writer.write(body[3:])
        head, _, answer = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        return int(head.split()[1]), json.loads(answer).get("error", "")

    return finish


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [("POST", "/invite", {"role": "guest"}), ("PUT", "/topic", {"topic": "Mine"})],
)
async def test_a_request_begun_by_a_co_host_is_refused_after_their_removal(
    story: Story, method: str, path: str, fields: dict[str, str]
) -> None:
    await put(story.alice, "/members/2", role="cohost")
    finish = await start_request(story.bob, method, path, **fields)
    await story.alice.say("Let it arrive")
    (await delete(story.alice, "/members/2")).ok()
    before = await magic_keys(story.alice), (await story.alice.read(rev=0))["state"]
    assert await finish() == FORBIDDEN
    assert (await magic_keys(story.alice), (await story.alice.read(rev=0))["state"]) == before


async def test_a_host_who_left_cannot_return_by_repeating_the_creation(
    api: Api, story: Story
) -> None:
    key = {"Idempotency-Key": "create-1"}
    made = (await api.post("/create", story.alice.auth_key, headers=key)).ok()
    alice = Person(api, "Alice", story.alice.auth_key, made["chat_id"], made["session_token"])
    bob = await guest(api, "Bob", made["chat_id"], made["magic_key"])
    await put(alice, "/members/2", role="cohost")
    (await delete(alice, "/members/1")).ok()
    other = (await api.post("/create", alice.auth_key, headers=key)).ok()
    assert other["chat_id"] != alice.chat_id  # as if it had been burned: nobody can tell
    assert (await api.get(alice.path, alice.auth_key)).error == FORBIDDEN
    assert [m["username"] for m in (await bob.read())["members"]] == ["Bob"]


async def test_a_chat_keeps_a_host_when_two_leave_at_once(api: Api, story: Story) -> None:
    for _ in range(TRIES):
        bob = await guest(api, "Bob", story.chat_id, story.magic_key)
        me = (await bob.read())["member_id"]
        await put(story.alice, f"/members/{me}", role="cohost")
        host, heir = await asyncio.gather(
            delete(story.alice, "/members/1"), delete(bob, f"/members/{me}")
        )
        assert heir.status in {200, 403}
        if host.status == 200:  # Bob is host now, unless he went first
            assert (await bob.read())["role"] == "host"
            return
        assert host.error == (409, "no_successor")
        assert (await story.alice.read())["role"] == "host"
        assert (await story.alice.say("Still host"))["id"] > 0


async def test_a_member_removed_while_joining_again_stays_out(api: Api, story: Story) -> None:
    for _ in range(TRIES):
        key = (await magic_keys(story.alice))["guest"]
        bob = await guest(api, "Bob", story.chat_id, key)
        me = (await bob.read())["member_id"]
        join = f"{bob.path}/join"
        await asyncio.gather(
            *(api.post(join, bob.auth_key) for _ in range(4)),
            delete(story.alice, f"/members/{me}"),
        )
        names = [member["username"] for member in (await story.alice.read())["members"]]
        assert names.count("Bob") == 1  # the story's own Bob
        assert (await api.get(bob.path, bob.auth_key)).error == FORBIDDEN


async def test_revisions_only_grow_and_each_has_one_state(api: Api, story: Story) -> None:
    seen: dict[int, Any] = {}

    async def follow(last: int) -> None:
        rev = 0
        while rev < last:
            page = await story.bob.read(since=TRIES if rev else 0, rev=rev, wait=10)
            assert page["rev"] >= rev
            assert seen.setdefault(page["rev"], page["state"]) == page["state"]
            rev = page["rev"]

    for number in range(TRIES):
        await story.alice.say(f"Line {number}")
    first = (await story.bob.read())["rev"]
    following = [asyncio.create_task(follow(first + 3 * TRIES)) for _ in range(3)]
    for number in range(TRIES):
        await asyncio.gather(
            delete(story.alice, f"/messages/{number + 1}"),
            put(story.alice, "/topic", topic=f"Film {number}"),
            guest(api, f"Guest {number}", story.chat_id, story.magic_key),
        )
    await asyncio.gather(*following)
    state = (await story.bob.read(rev=0))["state"]
    assert state["deleted"] == [*range(1, TRIES + 1)]
    assert len(state["members"]) == 2 + TRIES


async def test_a_member_who_is_let_in_again_may_use_the_old_auth_key(
    api: Api, story: Story
) -> None:
    assert (await api.get(story.bob.path, story.bob.auth_key)).status == 200
    await delete(story.alice, "/members/2")
    key = (await magic_keys(story.alice))["guest"]
    await api.post(f"{story.bob.path}/join", story.bob.auth_key, json={"magic_key": key})
    assert (await api.get(story.bob.path, story.bob.auth_key)).ok()["member_id"] == 3
    assert (await api.get(story.bob.path, story.bob.session_token)).error == FORBIDDEN

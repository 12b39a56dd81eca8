"""All members see moderation by hosts and members at once, and nobody else sees it."""

import asyncio
from typing import Any

import pytest

from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import (
    Person,
    Story,
    delete,
    guest,
    magic_keys,
    new_story,
    put,
    try_to_join,
)
from tests.support.load_clients import HOLD, until_held
from tests.support.server_process import Server
from tests.support.waiting import AT_ONCE


async def replace(person: Person, **fields: Any) -> Answer:
    return await person.api.post(f"{person.path}/invite", person.session_token, json=fields)


async def state(person: Person, **query: Any) -> Any:
    return (await person.read(**{"since": 0, "rev": 0} | query))["state"]


async def test_a_replaced_link_is_dead_at_once_and_the_members_stay(api: Api, story: Story) -> None:
    before = (await state(story.bob))["links"]
    fresh = (await replace(story.alice)).ok()
    assert fresh["role"] == "guest"
    assert fresh["magic_link"].endswith(f"/chat/{story.chat_id}#{fresh['magic_key']}")
    dead = await try_to_join(api, story.chat_id, story.magic_key)
    assert dead.error == (403, "invalid_invite")
    assert dead.body == (await try_to_join(api, 99, story.magic_key)).body
    assert (await try_to_join(api, story.chat_id, fresh["magic_key"])).status == 200
    assert (await story.bob.say("Still here"))["id"] == 1
    assert (await story.bob.read())["magic_link"] == fresh["magic_link"]
    assert (await state(story.bob))["links"] > before


async def test_a_viewer_may_read_but_not_post_or_invite(api: Api, story: Story) -> None:
    vera = await guest(api, "Vera", story.chat_id, (await magic_keys(story.alice))["viewer"])
    await story.alice.say("Look but don't touch")
    page = await vera.read()
    assert (page["role"], page["messages"][0]["body"]) == ("viewer", "Look but don't touch")
    assert "magic_link" not in page
    said = await api.post(vera.path, vera.session_token, json={"body": "Hello?"})
    assert said.error == (403, "not_allowed")
    invites = await api.get(f"{vera.path}/invite", vera.session_token)
    assert invites.error == (403, "not_allowed")
    joined = (await api.post(f"{vera.path}/join", vera.auth_key)).ok()
    assert "magic_link" not in joined
    assert (await magic_keys(story.bob)).keys() == {"guest"}


async def test_a_guest_who_joins_by_the_viewer_link_stays_a_guest(api: Api, story: Story) -> None:
    key = (await magic_keys(story.alice))["viewer"]
    await api.post(f"/{story.chat_id}/join", story.bob.auth_key, json={"magic_key": key})
    assert (await story.bob.read())["role"] == "guest"


async def test_a_removed_member_is_refused_at_once_and_cannot_return_by_any_old_link(
    server: Server, api: Api, story: Story
) -> None:
    key = (await magic_keys(story.alice))["viewer"]
    held = asyncio.create_task(story.bob.try_to_read(story.chat_id, since=0, wait=HOLD))
    many = {"wait": HOLD, "chats": {str(story.chat_id): {"since": 0, "token": story.bob.auth_key}}}
    held_many = asyncio.create_task(api.post("/poll", json=many))
    await until_held(server, held, held_many)
    async with asyncio.timeout(AT_ONCE):
        left = (await delete(story.alice, "/members/2")).ok()
        assert (await held).error == (403, "removed")
        assert (await held_many).ok()["chats"][str(story.chat_id)]["error"] == "removed"
    assert [member["username"] for member in left["state"]["members"]] == ["Alice"]
    for token in (story.bob.session_token, story.bob.auth_key):
        answer = await api.get(story.bob.path, token)
        assert answer.body == (await story.charlie.try_to_read(story.chat_id)).body
    for dead in (story.magic_key, key):
        again = await api.post(
            f"{story.bob.path}/join", story.bob.auth_key, json={"magic_key": dead}
        )
        assert again.error == (403, "invalid_invite")
    assert (await story.alice.say("Peace"))["id"] == 1


async def test_a_removed_member_who_is_let_in_again_is_a_new_member(api: Api, story: Story) -> None:
    await story.bob.say("I was here")
    await delete(story.alice, "/members/2")
    fresh = (await magic_keys(story.alice))["guest"]
    joined = await api.post(f"{story.bob.path}/join", story.bob.auth_key, json={"magic_key": fresh})
    token = joined.ok()["session_token"]
    assert (await api.get(story.bob.path, token)).ok()["member_id"] == 3
    assert (await api.get(story.bob.path, story.bob.session_token)).error == (403, "forbidden")


async def test_the_invite_link_works_after_a_member_leaves(api: Api, story: Story) -> None:
    assert (await delete(story.bob, "/members/2")).ok() == {}
    assert (await story.bob.try_to_read(story.chat_id)).error == (403, "forbidden")
    assert (await try_to_join(api, story.chat_id, story.magic_key)).status == 200


async def test_a_co_host_may_act_on_guests_but_not_on_the_host_or_other_co_hosts(
    api: Api, story: Story
) -> None:
    dora = await guest(api, "Dora", story.chat_id, story.magic_key)
    assert (await put(story.bob, "/members/3", role="cohost")).error == (403, "not_allowed")
    changed = (await put(story.alice, "/members/2", role="cohost")).ok()
    assert changed["state"]["members"][1]["role"] == "cohost"
    assert (await magic_keys(story.bob)).keys() == {"guest", "viewer"}
    assert (await put(story.bob, "/topic", topic="The Apartment")).status == 200
    for refused in (
        await delete(story.bob, "/members/1"),
        await delete(story.bob),
        await put(story.bob, "/members/3", role="cohost"),
        await put(story.alice, "/members/1", role="guest"),
    ):
        assert refused.error == (403, "not_allowed")
    await put(story.alice, "/members/3", role="cohost")
    assert (await delete(story.bob, "/members/3")).error == (403, "not_allowed")
    await put(story.alice, "/members/3", role="guest")
    assert (await delete(story.bob, "/members/3")).status == 200
    assert (await dora.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_the_oldest_co_host_takes_over_when_the_host_leaves(api: Api, story: Story) -> None:
    assert (await delete(story.alice, "/members/1")).error == (409, "no_successor")
    await guest(api, "Dora", story.chat_id, story.magic_key)
    for member_id in (3, 2):
        await put(story.alice, f"/members/{member_id}", role="cohost")
    assert (await delete(story.alice, "/members/1")).ok() == {}
    assert (await story.bob.read())["role"] == "host"
    assert (await delete(story.bob)).ok() == {}


async def test_the_topic_is_one_line_and_all_members_see_it(story: Story) -> None:
    held = asyncio.create_task(
        story.bob.read(since=0, rev=(await story.bob.read())["rev"], wait=20)
    )
    await put(story.alice, "/topic", topic="  Some Like It Hot (1959) ")
    assert (await held)["state"]["topic"] == "Some Like It Hot (1959)"
    assert (await put(story.bob, "/topic", topic="Mine")).error == (403, "not_allowed")
    for bad in ("x" * 101, "two\nlines", "a\u202eb"):
        assert (await put(story.alice, "/topic", topic=bad)).error == (400, "invalid_request")
    assert (await put(story.alice, "/topic")).error == (400, "invalid_request")
    assert (await put(story.alice, "/topic", topic="")).ok()["state"]["topic"] == ""


async def test_a_crowd_that_joins_causes_only_a_few_answers_to_a_poll(
    api: Api, story: Story
) -> None:
    rev, answers = (await story.bob.read())["rev"], 0

    async def follow() -> None:
        nonlocal rev, answers
        members = 2
        while members < 42:
            page = await story.bob.read(since=0, rev=rev, wait=20)
            rev, members, answers = page["rev"], len(page["state"]["members"]), answers + 1

    following = asyncio.create_task(follow())
    for number in range(40):
        await guest(api, f"Guest {number}", story.chat_id, story.magic_key)
    await following
    assert answers < 20


async def test_a_poll_without_a_revision_gets_no_state(story: Story) -> None:
    await put(story.alice, "/topic", topic="Something")
    assert {"rev", "state"}.isdisjoint(await story.bob.read(since=0))


@pytest.mark.parametrize("after", ["a kill", "a stop"])
async def test_the_moderated_chat_survives_a_restart(fresh_server: Server, after: str) -> None:
    async with Api(fresh_server.url) as api:
        story = await new_story(api)
        await guest(api, "Dora", story.chat_id, story.magic_key)
        await story.alice.say("Oops")
        await put(story.alice, "/topic", topic="Sunset Boulevard")
        await put(story.alice, "/members/2", role="cohost")
        await delete(story.alice, "/members/3")
        await delete(story.alice, "/messages/1")
        keys, before = await magic_keys(story.alice), await story.alice.read(rev=0)
    if after == "a kill":
        fresh_server.kill()
        fresh_server.start_again()
    else:
        fresh_server.restart()
    async with Api(fresh_server.url) as story.alice.api:
        now = await story.alice.read(rev=0)
        for changing in ("server_time", "expires_at"):  # the expiry, by a millisecond
            del now[changing], before[changing]
        assert now == before
        assert await magic_keys(story.alice) == keys

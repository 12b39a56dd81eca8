"""Users join only with an invitation, and a refusal never reveals its reason."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from tests.support.answers import without_date
from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Person, Story, host, new_story
from tests.support.server_process import Server
from watchparty.party.service import MEMBERS_MAX

JOINED = {"chat_id", "session_token", "username", "last_id", "epoch", "magic_link"}

FULL = (409, "chat_full")


async def join(person: Person, story: Story, **fields: object) -> Answer:
    """Ask to join the story's chat."""
    return await person.api.post(f"/{story.chat_id}/join", person.auth_key, json=fields)


async def names(story: Story) -> list[str]:
    return [member["username"] for member in (await story.alice.read())["members"]]


async def test_a_user_joins_with_an_invitation(story: Story) -> None:
    await story.alice.say("Who's there?")
    charlie = story.charlie
    assert (await charlie.try_to_read(story.chat_id)).error == (403, "forbidden")
    joined = (await join(charlie, story, magic_key=story.magic_key)).ok()
    assert set(joined) == JOINED
    assert (joined["chat_id"], joined["username"]) == (story.chat_id, "Charlie")
    assert joined["magic_link"] == story.magic_link
    page = (await charlie.api.get(f"/{story.chat_id}", joined["session_token"])).ok()
    assert joined["last_id"] == page["last_id"] == 1
    assert joined["epoch"] == page["epoch"]
    assert page["members"][2] == {"member_id": 3, "username": "Charlie", "role": "guest"}


async def test_a_new_user_gets_an_auth_key_too(api: Api, story: Story) -> None:
    fields = {"magic_key": story.magic_key, "username": "Dana"}
    joined = (await api.post(f"/{story.chat_id}/join", json=fields)).ok()
    assert set(joined) == JOINED | {"auth_key"}
    for key in (joined["auth_key"], joined["session_token"]):
        assert (await api.get(f"/{story.chat_id}", key)).ok()["username"] == "Dana"
    assert (await api.post("/create", joined["auth_key"])).ok()["username"] == "Dana"
    assert await names(story) == ["Alice", "Bob", "Dana"]


async def test_a_newcomer_without_a_name_is_called_guest(api: Api, story: Story) -> None:
    joined = await api.post(f"/{story.chat_id}/join", json={"magic_key": story.magic_key})
    assert joined.ok()["username"] == "Guest"


@pytest.mark.parametrize("field", ["username", "name", "user_name"])
async def test_a_name_given_to_join_is_used_in_the_joined_chat_only(
    story: Story, field: str
) -> None:
    fields = {"magic_key": story.magic_key, field: "Chuck"}
    assert (await join(story.charlie, story, **fields)).ok()["username"] == "Chuck"
    assert await names(story) == ["Alice", "Bob", "Chuck"]
    assert (await story.charlie.read())["username"] == "Charlie"


async def test_a_refusal_does_not_reveal_why_an_invitation_fails(api: Api, story: Story) -> None:
    _, other = await host(api, "Dana")
    known, unknown = f"/{story.chat_id}/join", "/100000000001/join"
    own = story.charlie.auth_key
    refusals = [
        await api.post(path, token, json=fields)
        for path in (known, unknown, "/7/join")
        for token in (None, own)
        for fields in ({"magic_key": "x" * 33}, {"magic_key": other["magic_key"]})
    ]
    refusals += [await api.post(path, own, json={}) for path in (known, unknown, "/7/join")]
    refusals += [
        await api.post(known, own, json={"magic_key": key})
        for key in ("", story.magic_key[:-1], story.magic_key + "x", story.alice.session_token)
    ]
    refusals.append(await api.post(unknown, own, json={"magic_key": story.magic_key}))
    assert {refusal.error for refusal in refusals} == {(403, "invalid_invite")}
    assert all(without_date(refusal) == without_date(refusals[0]) for refusal in refusals)
    assert await names(story) == ["Alice", "Bob"]


async def test_a_join_without_a_key_says_what_is_missing(api: Api, story: Story) -> None:
    for path in (f"/{story.chat_id}/join", "/100000000001/join"):
        answer = await api.post(path, json={"username": "Charlie"})
        assert answer.error == (400, "invalid_request")
        assert "magic_key" in answer.json["message"]


async def test_a_better_key_raises_the_role(api: Api, story: Story) -> None:
    """Whoever opened the link for viewers first is not a viewer for ever; a guest stays one."""
    invites = (await api.get(f"{story.alice.path}/invite", story.alice.session_token)).ok()
    keys = {invite["role"]: invite["magic_key"] for invite in invites["invites"]}
    roles: list[str] = []
    for role in ("viewer", "guest", "viewer"):
        made = (await join(story.charlie, story, magic_key=keys[role])).ok()
        assert ("magic_link" in made) == (bool(roles))
        state = (await api.get(story.alice.path, made["session_token"])).ok()
        roles.append(state["role"])
    assert roles == ["viewer", "guest", "guest"]
    assert (await story.charlie.try_to_read(100000000001)).error == (403, "forbidden")


async def test_an_unknown_auth_key_is_refused_with_any_invitation(api: Api, story: Story) -> None:
    for key in ("x" * 33, story.charlie.session_token, story.bob.session_token):
        fields = {"magic_key": story.magic_key}
        answer = await api.post(f"/{story.chat_id}/join", key, json=fields)
        assert answer.error == (401, "invalid_credentials")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert await names(story) == ["Alice", "Bob"]


async def test_a_member_who_joins_again_stays_the_same_and_gets_another_token(story: Story) -> None:
    bob = story.bob
    again = (await join(bob, story, magic_key=story.magic_key)).ok()
    tokens = {bob.session_token, again["session_token"], story.alice.session_token}
    assert len(tokens) == 3
    for token in (bob.session_token, again["session_token"]):
        said = (await bob.api.post(bob.path, token, json={"body": "me"})).ok()
        assert (said["username"], said["member_id"]) == ("Bob", 2)
    assert await names(story) == ["Alice", "Bob"]
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_a_member_joins_again_without_an_invitation(story: Story) -> None:
    again = (await join(story.bob, story)).ok()
    assert set(again) == JOINED
    page = (await story.bob.api.get(story.bob.path, again["session_token"])).ok()
    assert (page["member_id"], page["role"]) == (2, "guest")
    assert (await join(story.charlie, story)).error == (403, "invalid_invite")


async def test_a_host_who_joins_stays_the_host(story: Story) -> None:
    again = (await join(story.alice, story, magic_key=story.magic_key)).ok()
    page = (await story.alice.api.get(story.alice.path, again["session_token"])).ok()
    assert (page["member_id"], page["role"]) == (1, "host")


@pytest.mark.parametrize("key", [5, True, [], {}])
async def test_a_magic_key_that_is_not_a_string_is_refused(
    api: Api, story: Story, key: object
) -> None:
    for chat_id in (story.chat_id, 100000000001):
        answer = await api.post(f"/{chat_id}/join", json={"magic_key": key})
        assert answer.error == (400, "invalid_request")
        assert "magic_key" in answer.json["message"]


@pytest.mark.parametrize("name", ["", " ", "x" * 33, "\u3164", 7])
async def test_a_user_with_an_invalid_name_does_not_join(story: Story, name: object) -> None:
    answer = await join(story.charlie, story, magic_key=story.magic_key, username=name)
    assert answer.error == (400, "invalid_request")
    assert "username" in answer.json["message"]
    assert await names(story) == ["Alice", "Bob"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_a_request_for_an_invitation_link_changes_nothing(story: Story, method: str) -> None:
    before = await story.alice.read()
    query = f"?magic_key={story.magic_key}"
    bearer = {"Authorization": f"Bearer {story.charlie.auth_key}"}
    async with aiohttp.ClientSession(story.alice.api.url) as visitor:
        for path in (f"/{story.chat_id}/join", f"/chat/{story.chat_id}", f"/{story.chat_id}"):
            async with visitor.request(method, path + query, headers=bearer) as response:
                assert response.status < 500
                assert story.magic_key not in await response.text()
    after = await story.alice.read()
    assert (after["members"], after["rev"]) == (before["members"], before["rev"])
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_a_server_that_requires_auth_keys_still_lets_guests_join(tmp_path: Path) -> None:
    async with Server(tmp_path, require_auth_key="true") as server, Api(server.url) as api:
        _, made = await host(api, "Alice")
        fields = {"magic_key": made["magic_key"], "username": "Bob"}
        joined = (await api.post(f"/{made['chat_id']}/join", json=fields)).ok()
        bob = (await api.get(f"/{made['chat_id']}", joined["session_token"])).ok()
        assert (bob["username"], bob["role"]) == ("Bob", "guest")
        fields["magic_key"] = "x"
        refusal = await api.post(f"/{made['chat_id']}/join", json=fields)
        assert refusal.error == (403, "invalid_invite")


@pytest.mark.parametrize("limits", ["on", "off"])
async def test_a_chat_has_a_maximum_of_members(tmp_path: Path, limits: str) -> None:
    async with (
        Server(tmp_path, limits=limits, trusted_proxies="1") as server,
        Api(server.url, "192.0.2.1") as client_a,
        Api(server.url, "192.0.2.2") as api,
    ):
        story = await new_story(client_a)
        invitation, path = {"magic_key": story.magic_key}, f"/{story.chat_id}/join"
        half = MEMBERS_MAX // 2 + 5
        answers = await asyncio.gather(
            *(one.post(path, json=invitation) for one in (client_a, api) for _ in range(half))
        )
        refused = [answer.error for answer in answers if answer.status != 200]
        members = (await story.bob.read())["members"]
        if limits == "on":
            assert refused == [FULL] * 12  # Alice and Bob are members, too
            assert len(members) == MEMBERS_MAX
        else:
            assert refused == []
            assert len(members) == MEMBERS_MAX + 12
        assert [m["member_id"] for m in members] == [*range(1, len(members) + 1)]
        assert (await api.post(path, story.bob.auth_key)).status == 200
        wrong = await api.post(path, json={"magic_key": "wrong"})
        assert wrong.error == (403, "invalid_invite")


async def test_a_member_who_leaves_a_full_chat_makes_room(tmp_path: Path) -> None:
    async with (
        Server(tmp_path, limits="on", trusted_proxies="1") as server,
        Api(server.url, "192.0.2.1") as client_a,
        Api(server.url, "192.0.2.2") as api,
    ):
        story = await new_story(client_a)
        invitation, path = {"magic_key": story.magic_key}, f"/{story.chat_id}/join"
        await asyncio.gather(*(api.post(path, json=invitation) for _ in range(MEMBERS_MAX - 2)))
        assert (await api.post(path, json=invitation)).error == FULL
        await api.call("DELETE", f"/{story.chat_id}/members/2", story.bob.session_token)
        assert (await api.post(path, json=invitation)).status == 200

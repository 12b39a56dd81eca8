"""Only members who may share a link get its QR code."""

import re

import pytest

from tests.pages.qr_scanner import lines, scan
from tests.support.answers import FORBIDDEN
from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Person, Story, guest

QUIET = 4  # modules


@pytest.mark.parametrize("role", ["guest", "viewer"])
async def test_a_user_joins_with_the_link_in_a_code(api: Api, story: Story, role: str) -> None:
    link = (await links(story.alice))[role]
    answer = (await code(story.alice, f"?role={role}")).ok()
    assert answer["role"] == role
    assert scan(answer["svg"]) == link
    dora = await guest(api, "Dora", story.chat_id, scan(answer["svg"]).partition("#")[2])
    assert (await dora.read())["role"] == role


async def test_the_default_code_contains_the_link_for_guests(story: Story) -> None:
    for person in (story.alice, story.bob):
        assert scan((await code(person)).ok()["svg"]) == story.magic_link


async def test_a_replaced_link_has_another_code(story: Story) -> None:
    old = (await code(story.bob)).ok()["svg"]
    await story.alice.api.post(f"{story.alice.path}/invite", story.alice.session_token)
    new = (await code(story.bob)).ok()["svg"]
    assert scan(new) == (await links(story.alice))["guest"]
    assert scan(new) != scan(old)


async def test_the_code_contains_the_host_of_the_request(api: Api, story: Story) -> None:
    path, token = f"{story.alice.path}/invite/qr", story.alice.session_token
    answer = await api.get(path, token, headers={"Host": "192.168.1.20:8000"})
    assert scan(answer.ok()["svg"]).startswith(f"http://192.168.1.20:8000/chat/{story.chat_id}#")
    endless = await api.get(path, token, headers={"Host": f"{'a' * 3000}.example"})
    assert endless.error == (400, "invalid_request")


async def test_the_picture_is_self_contained_and_has_a_quiet_zone(story: Story) -> None:
    picture = (await code(story.alice)).ok()["svg"]
    assert picture.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ')
    assert not re.search(r"<\?|<script|\b(?:width|height|style|href)=", picture)
    [(size, path)] = re.findall(r'viewBox="0 0 (\d+) \1".* d="([^"]+)"', picture)
    drawn = lines(path)
    assert min(x for x, _, _ in drawn) == min(y for _, y, _ in drawn) == QUIET
    assert max(x + length for x, _, length in drawn) == int(size) - QUIET
    assert max(y for _, y, _ in drawn) == int(size) - QUIET - 1


async def test_members_who_may_not_share_a_link_do_not_get_its_code(api: Api, story: Story) -> None:
    key = (await links(story.alice))["viewer"].partition("#")[2]
    viewer = await guest(api, "Vera", story.chat_id, key)
    assert (await code(story.bob, "?role=viewer")).error == (403, "not_allowed")
    for query in ("", "?role=guest", "?role=viewer"):
        assert (await code(viewer, query)).error == (403, "not_allowed")
    nowhere = (await api.get("/99/invite/qr", story.alice.session_token)).body
    for query in ("", "?role=viewer", "?role=king"):
        path = f"{story.alice.path}/invite/qr{query}"
        stranger = await api.get(path, story.charlie.session_token)
        assert stranger.error == FORBIDDEN
        assert stranger.body == nowhere
        assert (await api.get(path)).error == (401, "missing_credentials")


@pytest.mark.parametrize("role", ["king", "host", "guest%20", "Guest"])
async def test_a_role_that_no_link_has_is_refused(story: Story, role: str) -> None:
    assert (await code(story.alice, f"?role={role}")).error == (400, "invalid_request")


async def code(person: Person, query: str = "") -> Answer:
    return await person.api.get(f"{person.path}/invite/qr{query}", person.session_token)


async def links(person: Person) -> dict[str, str]:
    """Return the links that a member may share, by role."""
    answer = await person.api.get(f"{person.path}/invite", person.session_token)
    return {invite["role"]: invite["magic_link"] for invite in answer.ok()["invites"]}

"""How many may be in a chat; who is in stays in."""

import asyncio
from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import tell
from tests.support.server_process import Server
from watchparty.party.service import MEMBERS_MAX

FULL = (409, "chat_full")


@pytest.mark.parametrize("limits", ["on", "off"])
async def test_a_chat_has_room_for_so_many(tmp_path: Path, limits: str) -> None:
    async with (
        Server(tmp_path, limits=limits, trusted_proxies="1") as server,
        Api(server.url, "192.0.2.1") as theirs,
        Api(server.url, "192.0.2.2") as api,
    ):
        story = await tell(theirs)
        invitation, path = {"magic_key": story.magic_key}, f"/{story.chat_id}/join"
        half = MEMBERS_MAX // 2 + 5
        answers = await asyncio.gather(
            *(house.post(path, json=invitation) for house in (theirs, api) for _ in range(half))
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


async def test_who_leaves_makes_room(tmp_path: Path) -> None:
    async with (
        Server(tmp_path, limits="on", trusted_proxies="1") as server,
        Api(server.url, "192.0.2.1") as theirs,
        Api(server.url, "192.0.2.2") as api,
    ):
        story = await tell(theirs)
        invitation, path = {"magic_key": story.magic_key}, f"/{story.chat_id}/join"
        await asyncio.gather(*(api.post(path, json=invitation) for _ in range(MEMBERS_MAX - 2)))
        assert (await api.post(path, json=invitation)).error == FULL
        await api.call("DELETE", f"/{story.chat_id}/members/2", story.bob.session_token)
        assert (await api.post(path, json=invitation)).status == 200

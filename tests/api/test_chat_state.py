"""The state of a chat: its members, its times and its revision."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, guest, new_story
from tests.support.server_process import Server

WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")

PAGE = {"chat_id", "epoch", "messages", "last_id", "missed", "reset"}
STATE = {"username", "member_id", "role", "members", "magic_link", "expires_at", "rev"}
STATE |= PAGE | {"server_time"}


async def test_a_read_without_a_cursor_returns_the_state_of_the_chat(story: Story) -> None:
    page = await story.bob.read()
    assert set(page) == STATE
    assert (page["chat_id"], page["username"], page["member_id"]) == (story.chat_id, "Bob", 2)
    assert page["role"] == "guest"
    assert page["members"] == [
        {"member_id": 1, "username": "Alice", "role": "host"},
        {"member_id": 2, "username": "Bob", "role": "guest"},
    ]
    assert page["magic_link"] == story.magic_link
    for secret in (story.alice.auth_key, story.alice.session_token, story.bob.session_token):
        assert secret not in str(page)


async def test_an_idle_chat_lives_for_a_week_or_the_configured_time(
    story: Story, tmp_path: Path
) -> None:
    assert abs(lifetime(await story.bob.read()) - timedelta(days=7)) < timedelta(seconds=30)
    async with Server(tmp_path, chat_ttl="3600") as server, Api(server.url) as api:
        page = await (await new_story(api)).bob.read()
    assert abs(lifetime(page) - timedelta(hours=1)) < timedelta(seconds=30)


async def test_every_time_is_utc_in_milliseconds(story: Story) -> None:
    said = await story.alice.say("When?")
    page = await story.bob.read()
    times = [said["created_at"], page["messages"][0]["created_at"]]
    times += [page["server_time"], page["expires_at"]]
    assert [time for time in times if not WHEN.fullmatch(time)] == []
    assert times[0] == times[1] <= times[2] < times[3]


async def test_messages_and_joins_prolong_a_chat_but_reads_do_not(story: Story) -> None:
    made = (await story.alice.read())["expires_at"]
    assert (await story.bob.read())["expires_at"] == made
    said = await story.alice.say("Still here")
    assert (after_message := (await story.bob.read())["expires_at"]) > made
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")
    assert (await story.bob.read())["expires_at"] == after_message
    assert after_message[:10] > said["created_at"][:10]
    await guest(story.alice.api, "Dana", story.chat_id, story.magic_key)
    assert (await story.bob.read())["expires_at"] > after_message


async def test_the_revision_grows_with_new_members_but_not_with_messages(story: Story) -> None:
    before = (await story.alice.read())["rev"]
    await story.alice.say("This changes no member")
    refused = await story.charlie.api.post(f"/{story.chat_id}/join", json={"magic_key": "x"})
    assert refused.error == (403, "invalid_invite")
    again = {"magic_key": story.magic_key}
    (await story.bob.api.post(f"/{story.chat_id}/join", story.bob.auth_key, json=again)).ok()
    assert (await story.bob.read())["rev"] == before
    await guest(story.alice.api, "Dana", story.chat_id, story.magic_key)
    assert (await story.bob.read())["rev"] == (await story.alice.read())["rev"] > before


def lifetime(page: dict[str, str]) -> timedelta:
    times = (datetime.fromisoformat(page[name]) for name in ("expires_at", "server_time"))
    return next(times) - next(times)

"""Rows of the contract that fit into no other story: an emptied store, small print."""

import math
import re
import tomllib
from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, guest, host, tell
from tests.support.server_process import Server
from watchparty.assets import find
from watchparty.web.request import poll_query

NOWHERE = 100000000001  # the id of no chat
TOO_LARGE = b'{"body": "hi", "magic_key": "x"}'.ljust(64 * 1024 + 1)
BITS = 192  # that a secret must have at least
WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


async def test_an_emptied_store_has_another_epoch_and_knows_nobody(fresh_server: Server) -> None:
    async with Api(fresh_server.url) as api:
        story = await tell(api)
        await story.alice.say("Soon gone")
        before = await story.bob.read()
        assert fresh_server.stop() == 0
        fresh_server.database.unlink()
        fresh_server.start_again()
        for person in (story.alice, story.bob, story.charlie):
            assert (await person.try_to_read(story.chat_id)).error == (403, "forbidden")
            refusal = await api.post("/create", person.auth_key)
            assert refusal.error == (401, "invalid_credentials")
        _, made = await host(api, "Alice")
        assert made["epoch"] != before["epoch"]


async def test_a_store_in_memory_leaves_nothing_behind(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    async with (
        Server(tmp_path, cwd=place, store="sqlite::memory:") as server,
        Api(server.url) as api,
    ):
        story = await tell(api)
        assert (await story.alice.say("Keep it to yourself"))["id"] == 1
        assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")
    assert list(place.iterdir()) == []
    assert not server.database.exists()


async def test_who_insists_on_auth_keys_still_lets_guests_join(tmp_path: Path) -> None:
    async with Server(tmp_path, require_auth_key="true") as server, Api(server.url) as api:
        _, made = await host(api, "Alice")
        fields = {"magic_key": made["magic_key"], "username": "Bob"}
        joined = (await api.post(f"/{made['chat_id']}/join", json=fields)).ok()
        bob = (await api.get(f"/{made['chat_id']}", joined["session_token"])).ok()
        assert (bob["username"], bob["role"]) == ("Bob", "guest")
        fields["magic_key"] = "x"
        refusal = await api.post(f"/{made['chat_id']}/join", json=fields)
        assert refusal.error == (403, "invalid_invite")


async def test_secrets_have_192_bits_in_letters_that_survive_any_messenger(api: Api) -> None:
    made = [(await api.post("/create")).ok() for _ in range(40)]
    for name in ("auth_key", "session_token", "magic_key"):
        secrets = [chat[name] for chat in made]
        letters = set("".join(secrets))
        assert all(letter.isascii() and letter.isalnum() for letter in letters)
        assert min(map(len, secrets)) * math.log2(len(letters)) >= BITS


async def test_no_key_that_opens_anything_is_in_the_file_or_the_log(tmp_path: Path) -> None:
    async with Server(tmp_path) as server, Api(server.url) as api:
        story = await tell(api)
        people = (story.alice, story.bob, story.charlie)
        keys = [key for who in people for key in (who.auth_key, who.session_token)]
        for key in keys[:4]:
            said = await api.post(f"/{story.chat_id}", key, json={"body": "Nothing to see"})
            assert said.status == 200
        outside = await story.charlie.try_to_read(story.chat_id)
        assert outside.error == (403, "forbidden")
        running = contents(tmp_path)
    for found in (running, contents(tmp_path)):
        assert b"Nothing to see" in found
        assert story.magic_key.encode() in found  # that one is shown again, so it is there
        assert [key for key in keys if key.encode() in found] == []


def contents(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))


async def test_a_large_body_is_refused_in_a_chat_and_tells_strangers_nothing(story: Story) -> None:
    api, path = story.bob.api, story.bob.path
    for key in (story.bob.session_token, story.bob.auth_key):
        assert (await api.post(path, key, data=TOO_LARGE)).error == (413, "too_large")
    strangers = [
        await api.post(f"/{chat_id}", story.charlie.session_token, data=TOO_LARGE)
        for chat_id in (story.chat_id, NOWHERE)
    ]
    strangers.append(await api.get(f"/{NOWHERE}", story.charlie.session_token))
    assert {answer.error for answer in strangers} == {(403, "forbidden")}
    assert len({answer.body for answer in strangers}) == 1
    for chat_id in (story.chat_id, NOWHERE):
        joining = await api.post(f"/{chat_id}/join", data=TOO_LARGE)
        assert joining.error == (413, "too_large")
    assert (await story.alice.read())["messages"] == []


async def test_every_time_is_utc_in_milliseconds(story: Story) -> None:
    said = await story.alice.say("When?")
    page = await story.bob.read()
    times = [said["created_at"], page["messages"][0]["created_at"]]
    times += [page["server_time"], page["expires_at"]]
    assert [time for time in times if not WHEN.fullmatch(time)] == []
    assert times[0] == times[1] <= times[2] < times[3]


async def test_a_chat_lives_on_with_what_happens_in_it_not_with_who_looks(story: Story) -> None:
    made = (await story.alice.read())["expires_at"]
    assert (await story.bob.read())["expires_at"] == made
    said = await story.alice.say("Still here")
    assert (after_message := (await story.bob.read())["expires_at"]) > made
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")
    assert (await story.bob.read())["expires_at"] == after_message
    assert after_message[:10] > said["created_at"][:10]
    await guest(story.alice.api, "Dana", story.chat_id, story.magic_key)
    assert (await story.bob.read())["expires_at"] > after_message


async def test_the_revision_grows_with_the_members_and_with_nothing_else(story: Story) -> None:
    before = (await story.alice.read())["rev"]
    await story.alice.say("This changes no member")
    refused = await story.charlie.api.post(f"/{story.chat_id}/join", json={"magic_key": "x"})
    assert refused.error == (403, "invalid_invite")
    again = {"magic_key": story.magic_key}
    (await story.bob.api.post(f"/{story.chat_id}/join", story.bob.auth_key, json=again)).ok()
    assert (await story.bob.read())["rev"] == before
    await guest(story.alice.api, "Dana", story.chat_id, story.magic_key)
    assert (await story.bob.read())["rev"] == (await story.alice.read())["rev"] > before


@pytest.mark.parametrize(
    ("asked", "held"), [("0", 0), ("7.5", 7.5), ("30", 30), ("30.5", 30), ("9" * 400, 30)]
)
def test_nobody_is_held_for_more_than_30_seconds(asked: str, held: float) -> None:
    assert poll_query.wait({"wait": asked}) == held


def test_a_server_is_for_this_computer_only_unless_somebody_says_otherwise() -> None:
    assert tomllib.loads(find("hypercorn.toml").read_text())["bind"] == ["127.0.0.1:8000"]

"""What was deleted, replaced or grown by an attacker: the files and the limits hold."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from weakref import ref

import pytest
from throttled.rate_limiter import per_min

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, delete, guest, magic_keys, new_story, put
from tests.support.database import back_up
from tests.support.load_clients import until_held
from tests.support.server_process import Server, patched, refused
from tests.support.waiting import until
from watchparty.party.errors import RateLimited
from watchparty.party.models import Message
from watchparty.party.window import PAGES_BYTES, Cursor, Window
from watchparty.storage.queries.members import SESSIONS_MAX
from watchparty.web.limits.rate_limits import Limiter

SECRET = "Fire in Cairo at noon"
FORBIDDEN = (403, "forbidden")


async def test_a_text_that_left_the_window_leaves_the_files(tmp_path: Path) -> None:
    """Nobody has to delete anything: the next sweep empties the write-ahead log."""
    async with (
        Server(tmp_path, patched("watchparty.server.cleanup", SWEEP_INTERVAL="0.2")) as server,
        Api(server.url) as api,
    ):
        story = await new_story(api)
        await story.alice.say(SECRET)
        for _ in range(30):
            await story.alice.say("later")

        def is_gone() -> bool:
            return not any(SECRET.encode() in content for content in server.files().values())

        await until(is_gone, "the text is still in a file")
        assert len((await story.bob.read())["messages"]) == 30
        assert (await story.charlie.try_to_read(story.chat_id)).error == FORBIDDEN


async def test_a_deleted_message_leaves_nothing_to_test_guesses_with(
    server: Server, story: Story
) -> None:
    """Its digest is made with its key, so the key must be gone."""
    headers = {"Idempotency-Key": "the-key-of-a-short-text"}
    path, token = story.bob.path, story.bob.session_token
    await story.bob.api.post(path, token, json={"body": "yes"}, headers=headers)
    (await delete(story.bob, "/messages/1")).ok()
    assert "key" not in (await story.alice.read())["messages"][0]
    assert not any(b"the-key-of-a-short-text" in one for one in server.files().values())


async def test_a_file_copied_over_the_database_is_noticed(tmp_path: Path) -> None:
    """It has the same name, inode and size: what is acknowledged afterwards would be lost."""
    async with Server(tmp_path) as server, Api(server.url) as api:
        story = await new_story(api)
        copy = tmp_path / "copy.db"
        assert (await back_up(server, copy)).returncode == 0
        await story.alice.say("Acknowledged")
        server.database.write_bytes(copy.read_bytes())
        answer = await api.post(story.bob.path, story.bob.session_token, json={"body": "x"})
        assert answer.error == (503, "unavailable")
        assert "was moved, deleted, replaced or truncated" in server.log()


def test_a_second_name_of_the_file_starts_no_second_server(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        (tmp_path / "other.db").hardlink_to(server.database)
        assert "second name" in refused(store=f"sqlite:{tmp_path / 'other.db'}")


def test_a_file_that_is_not_ours_keeps_its_lock(tmp_path: Path) -> None:
    notes, lock = tmp_path / "notes.db", tmp_path / "notes.db.lock"
    notes.write_bytes(b"my notes" * 20)
    lock.write_bytes(b"locked by an editor")
    assert "not a database of Watch Party" in refused(store=f"sqlite:{notes}")
    assert lock.read_bytes() == b"locked by an editor"


async def test_a_member_has_so_many_sessions_and_the_oldest_ends(api: Api, story: Story) -> None:
    join = f"{story.bob.path}/join"
    for _ in range(SESSIONS_MAX):
        newest = (await api.post(join, story.bob.auth_key)).ok()["session_token"]
    assert (await api.get(story.bob.path, story.bob.session_token)).error == FORBIDDEN
    assert (await api.get(story.bob.path, newest)).status == 200
    assert (await api.get(story.alice.path, story.alice.session_token)).status == 200


async def test_a_full_chat_leaves_no_user_behind(tmp_path: Path) -> None:
    command = patched("watchparty.app", MEMBERS_MAX="2")
    async with Server(tmp_path, command, limits="on") as server, Api(server.url) as api:
        story = await new_story(api)
        fields = {"magic_key": story.magic_key, "username": "Dora"}
        for _ in range(3):
            answer = await api.post(f"{story.alice.path}/join", json=fields)
            assert answer.error == (409, "chat_full")
    with closing(sqlite3.connect(server.database)) as db:
        assert db.execute("SELECT count(*) FROM users").fetchone() == (3,)


async def test_a_member_removed_while_joining_does_not_see_the_new_link(
    api: Api, story: Story
) -> None:
    for _ in range(20):
        dora = await guest(api, "Dora", story.chat_id, (await magic_keys(story.alice))["guest"])
        me = (await dora.read())["member_id"]
        join = api.post(f"{dora.path}/join", dora.auth_key)
        again, _ = await asyncio.gather(join, delete(story.alice, f"/members/{me}"))
        link = (await magic_keys(story.alice))["guest"]
        assert again.status == 403 or not again.ok()["magic_link"].endswith(link)


async def test_a_repeated_creation_shows_a_viewer_no_key(api: Api, story: Story) -> None:
    key = {"Idempotency-Key": "create-1"}
    made = (await api.post("/create", story.alice.auth_key, headers=key)).ok()
    chat, token = f"/{made['chat_id']}", made["session_token"]
    heir = await guest(api, "Heir", made["chat_id"], made["magic_key"])
    await api.call("PUT", f"{chat}/members/2", token, json={"role": "cohost"})
    await api.call("DELETE", f"{chat}/members/1", token)
    viewer_key = (await magic_keys(heir))["viewer"]
    back = await api.post(f"{chat}/join", story.alice.auth_key, json={"magic_key": viewer_key})
    assert "magic_link" not in back.ok()
    again = (await api.post("/create", story.alice.auth_key, headers=key)).ok()
    assert again["chat_id"] == made["chat_id"]
    assert not {"magic_key", "magic_link"} & again.keys()


async def test_doing_again_what_is_done_wakes_nobody(story: Story) -> None:
    await story.bob.say("Oops")
    await put(story.alice, "/topic", topic="Alien")
    await put(story.alice, "/members/2", role="cohost")
    rev = (await delete(story.bob, "/messages/1")).ok()["rev"]
    for _ in range(3):
        assert (await delete(story.bob, "/messages/1")).ok()["rev"] == rev
        assert (await put(story.alice, "/topic", topic=" Alien ")).ok()["rev"] == rev
        assert (await put(story.alice, "/members/2", role="cohost")).ok()["rev"] == rev
    assert (await put(story.charlie, "/topic", topic="Mine")).status == 200  # a chat of his own
    assert (await story.bob.read(since=1, rev=rev)).get("state") is None


async def test_one_request_too_many_ends_only_one(tmp_path: Path) -> None:
    """The oldest of a credential and the oldest of its member may be different requests."""
    async with Server(tmp_path, limits="on") as server, Api(server.url) as api:
        bob = (await new_story(api)).bob
        tokens = [
            (await api.post(f"{bob.path}/join", bob.auth_key)).ok()["session_token"]
            for _ in range(4)
        ]
        held = [
            asyncio.create_task(api.get(f"{bob.path}?since=0&wait=20", token))
            for token in tokens
            for _ in range(4)
        ]
        await until_held(server, *held)
        assert not any(task.done() for task in held)
        one_more = asyncio.create_task(api.get(f"{bob.path}?since=0&wait=20", tokens[3]))
        await until(lambda: any(task.done() for task in held), "none was ended")
        await bob.say("news")
        ended = [task for task in held if (await task).status == 429]
        assert len(ended) == 1
        assert (await one_more).status == 200


def test_a_limit_says_how_long_to_wait() -> None:
    """Not how long ago the last one was."""
    limiter = Limiter.of(per_min(6, burst=1), on=True)
    limiter.check("Mallory")
    limiter.take("Mallory")
    for refuse in (limiter.check, limiter.take):
        with pytest.raises(RateLimited) as refusal:
            refuse("Mallory")
        assert 9 <= refusal.value.retry_after <= 10


def test_the_pages_of_all_chats_are_bounded() -> None:
    """One is kept for each cursor; a chat in which somebody waits is never dropped."""
    windows = []
    for chat_id in range(300):
        texts = [
            Message(n, "Bob", 1, "x" * 2_000, "2026-11-26T20:00:00.000Z") for n in range(1, 31)
        ]
        windows.append(Window(chat_id, "epoch", 30, texts))
        for since in range(30):
            windows[-1].page_at(Cursor(since))
    assert sum(window.pages_size for window in windows) <= PAGES_BYTES
    gone = ref(windows.pop())
    assert gone() is None  # nothing keeps the texts of a deleted chat
    page, _ = windows[0].page_at(Cursor(29))
    assert len(page.messages) == 1

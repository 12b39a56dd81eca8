"""No secret appears in a log or in an answer that should not contain it, even after a fault.

Every test searches each answer to tests.support.api_client.Api, and the log of each server that
ends. These tests show that the search finds a leak, and that faults leak nothing.
"""

import asyncio
import math
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.answers import FORBIDDEN
from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Story, new_story
from tests.support.server_process import Server, patched, running_out_of

# Damage to the database file between two starts.
DAMAGES = [
    "UPDATE chats SET magic_key = CAST(x'ff' || magic_key AS TEXT)",  # not valid UTF-8
    "UPDATE messages SET created_at = 9000000000000000000",  # beyond the times that Python supports
    "DROP TABLE sessions",
]

# Malformed requests, refused by the framework, or by the server below it, or by neither.
MALFORMED = [
    "GET /chat/{chat}?magic_key={key} HTTP/1.1\r\nHost: ..\r\n\r\n",
    "GET /chat/{chat}%23{key} HTTP/1.1\r\nHost: a..b\r\n\r\n",
    "GET /chat/{chat}%23{key}/%ff HTTP/9.9\r\n\r\n",
    "GET /{chat}?magic_key={key}&since={token} HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET {token} HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: {token}\r\nAuthorization : Bearer {token}\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer\x00{token}\r\n\r\n",
    "POST /{chat}/join HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n{{'magic_key': '{key}'",
    "POST /poll HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n{{'chats': {token}}}}}",
    "POST /auth HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{key}\r\n{token}",
    "{token}\r\n\r\n",
]

BITS = 192  # the least that a secret must have


@pytest.fixture
def faulty_server(tmp_path: Path) -> Iterator[Server]:
    """A server whose log has tracebacks, because a test provokes them."""
    with Server(tmp_path) as server:
        server.may_log_faults = True
        yield server


async def test_a_secret_in_an_answer_is_noticed(story: Story) -> None:
    """Bob may post his own secret; the answers to readers then look like a leak."""
    for secret in (story.bob.session_token, story.bob.auth_key, story.magic_key):
        with pytest.raises(AssertionError, match="among other words"):
            await story.bob.say(f"my secret is x{secret}x")
    assert (await story.charlie.try_to_read(story.chat_id)).error == FORBIDDEN


async def test_a_secret_in_a_log_is_noticed(api: Api, tmp_path: Path) -> None:
    """A server logs the path of its database; here the path contains a secret."""
    folder = tmp_path / (await new_story(api)).bob.session_token
    folder.mkdir()
    with Server(folder) as server, pytest.raises(AssertionError, match="a secret is in the log"):
        server.stop()


@pytest.mark.parametrize("damage", DAMAGES)
async def test_a_failing_store_leaks_no_secret(faulty_server: Server, damage: str) -> None:
    async with Api(faulty_server.url) as api:
        story = await new_story(api)
        await story.alice.say("Before")
    faulty_server.stop()
    with closing(sqlite3.connect(faulty_server.database)) as db, db:
        db.execute(damage)
    faulty_server.start()
    async with Api(faulty_server.url) as api:
        answers = await ask_everything(api, story)
    assert {answer.status for answer in answers} & {500, 503}
    assert "ERROR" in faulty_server.log()


async def ask_everything(api: Api, story: Story) -> list[Answer]:
    """Send every secret of a chat in each request that accepts one."""
    bob, path = story.bob, story.bob.path
    answers = [await api.get(path, token) for token in (bob.session_token, bob.auth_key)]
    invitation = {"magic_key": story.magic_key}
    answers += [
        await api.post(f"{path}/join", key, json=invitation) for key in (None, bob.auth_key)
    ]
    poll = {"chats": {f"{story.chat_id}": {"token": bob.session_token, "since": 0}}}
    answers.append(await api.post("/poll", json=poll))
    answers.append(await api.get(f"{path}/invite", story.alice.session_token))
    return answers


async def test_a_failing_page_leaks_no_secret(tmp_path: Path) -> None:
    """Each fault is logged once a minute, as one line with its place but without its text."""
    command = patched("watchparty.web.routes.pages", encodings="lambda request: {}[request.url]")
    with Server(tmp_path, command) as server:
        server.may_log_faults = True
        async with Api(server.url) as api:
            story = await new_story(api)
            for link in (f"%23{story.magic_key}", f"?magic_key={story.magic_key}") * 10:
                answer = await api.get(f"/chat/{story.chat_id}{link}")
                assert answer.error == (500, "internal_error")
            outside = await story.charlie.try_to_read(story.chat_id)
            assert outside.error == FORBIDDEN
        [line] = [line for line in server.log().splitlines() if "KeyError" in line]
        assert "Exception on GET /chat/<" in line
        assert "routes/pages.py:" in line
        assert "Traceback" not in server.log()
        assert str(story.chat_id) not in server.log()


async def test_pages_and_states_need_no_file(tmp_path: Path) -> None:
    """They are read at the start: not when files have run out, or when a new version is there."""
    with Server(tmp_path) as server:
        async with Api(server.url) as api:  # one connection, kept alive
            alice = (await api.post("/create", json={"username": "Alice"})).ok()
            chat, token = f"/{alice['chat_id']}", alice["session_token"]
            with running_out_of(resource.RLIMIT_NOFILE, server):
                assert [(await api.get(path)).status for path in ("/", "/username")] == [200, 200]
                state = (await api.get(f"{chat}?since=0&rev=0", token)).ok()["state"]
                assert state["alike"] == []
                assert (await api.get(chat, "outsider")).error == FORBIDDEN


async def test_a_malformed_request_puts_no_secret_into_the_log(fresh_server: Server) -> None:
    async with Api(fresh_server.url) as api:
        story = await new_story(api)
        bob = story.bob
        for template in MALFORMED:
            request = template.format(
                chat=bob.chat_id, key=story.magic_key, token=bob.session_token
            )
            assert bob.session_token.encode() not in await send(fresh_server, request)
        assert (await story.charlie.try_to_read(story.chat_id)).error == FORBIDDEN


async def send(server: Server, request: str) -> bytes:
    """Send bytes, and return the first bytes of the answer."""
    reader, writer = await asyncio.open_connection(*server.url.removeprefix("http://").split(":"))
    writer.write(request.encode("latin-1"))
    async with asyncio.timeout(20):
        answer = await reader.read(2**16)
    writer.close()
    return answer


async def test_secrets_have_192_bits_and_only_ascii_letters_and_digits(api: Api) -> None:
    made = [(await api.post("/create")).ok() for _ in range(40)]
    for name in ("auth_key", "session_token", "magic_key"):
        secrets = [chat[name] for chat in made]
        letters = set("".join(secrets))
        assert all(letter.isascii() and letter.isalnum() for letter in letters)
        assert min(map(len, secrets)) * math.log2(len(letters)) >= BITS


async def test_no_auth_key_or_session_token_is_in_the_database_or_the_log(tmp_path: Path) -> None:
    async with Server(tmp_path) as server, Api(server.url) as api:
        story = await new_story(api)
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
        assert story.magic_key.encode() in found  # in clear text, because members may see it again
        assert [key for key in keys if key.encode() in found] == []


def contents(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))

"""Rate limits by client address do not affect other addresses, nor members at the same address."""

import asyncio
from pathlib import Path

import pytest

from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Story, new_story
from tests.support.rate_limits import ADDRESS_A, ADDRESS_B, LIMITED, retry_after, until_refused
from tests.support.server_process import Server
from watchparty.web.limits.quotas import CREATED_CHATS, JOINS, UNKNOWN_CREDENTIALS
from watchparty.web.request.body import BODY_TIMEOUT

FRIENDS = 3  # users of the story, all created from this address


@pytest.fixture
async def story(client_a: Api) -> Story:
    return await new_story(client_a)


async def test_an_address_may_create_a_limited_number_of_chats(
    client_a: Api, client_b: Api
) -> None:
    auth_key = (await client_a.post("/auth", json={"username": "Alice"})).ok()["auth_key"]
    keyed = {"Idempotency-Key": "one-and-the-same"}
    first = (await client_a.post("/create", auth_key, headers=keyed)).ok()
    count, refusal = await until_refused(lambda: client_a.post("/create"), CREATED_CHATS.burst)
    assert count == CREATED_CHATS.burst - 1
    assert retry_after(refusal) <= 60
    again = await client_a.post("/create", auth_key, headers=keyed)
    assert again.ok()["chat_id"] == first["chat_id"]
    assert (await client_a.post("/create", auth_key)).error == LIMITED
    assert (await client_b.post("/create")).status == 200


async def test_an_address_may_create_a_limited_number_of_users(
    story: Story, client_a: Api, client_b: Api
) -> None:
    newcomer = {"username": "Guest"}
    answers = await asyncio.gather(*(client_a.post("/auth", json=newcomer) for _ in range(215)))
    assert sum(answer.status == 200 for answer in answers) == JOINS.burst - FRIENDS
    assert {answer.error for answer in answers if answer.status != 200} == {LIMITED}
    invitation = {"magic_key": story.magic_key}
    path = f"/{story.chat_id}/join"
    assert (await client_a.post(path, json=invitation)).error == LIMITED
    assert (await client_a.post(path, story.bob.auth_key, json=invitation)).status == 200
    assert (await client_b.post(path, json=invitation)).status == 200


async def test_wrong_keys_block_the_address_but_not_the_members_there(
    story: Story, client_a: Api, client_b: Api
) -> None:
    held = asyncio.ensure_future(story.bob.read(since=0, wait=20))
    path = f"/{story.chat_id}/join"
    answers = [await client_a.get(story.alice.path, f"wrong {n}") for n in range(200)]
    assert [answer.error for answer in answers[:150]] == [(403, "forbidden")] * 150
    wrong = {"magic_key": "wrong"}
    tried, refusal = await until_refused(lambda: client_a.post(path, json=wrong), 100)
    assert 200 + tried < UNKNOWN_CREDENTIALS.burst + 50
    retry_after(refusal)
    await until_refused(lambda: client_a.get(story.alice.path, "another"), 20)
    stranger = {"chats": {f"{story.chat_id}": {"token": "wrong", "since": 0}}}
    await until_refused(lambda: client_a.post("/poll", json=stranger), 20)
    assert (await client_a.get("/")).status == 200
    await story.alice.say("we sit here all the same")
    assert [m["id"] for m in (await held)["messages"]] == [1]
    poll = {"chats": {f"{story.chat_id}": {"token": story.bob.session_token, "since": 0}}}
    assert (await client_a.post("/poll", story.bob.session_token, json=poll)).status == 200
    assert (await client_b.get("/")).status == 200
    assert (await client_b.post(path, json=wrong)).error == (403, "invalid_invite")


@pytest.mark.parametrize(
    ("one", "another"),
    [("2001:db8::1", "[2001:db8::2:3]:4711"), ("192.0.2.1:1234", "::ffff:192.0.2.1")],
)
async def test_addresses_of_one_household_count_together(
    limited_server: Server, one: str, another: str
) -> None:
    async with Api(limited_server.url, one) as api:
        for _ in range(40):
            await api.post("/create")
    async with Api(limited_server.url, another) as api:
        assert (await api.post("/create")).error == LIMITED
    async with Api(limited_server.url, "2001:db8:0:1::1") as api:
        assert (await api.post("/create")).status == 200


async def test_a_forged_forwarding_header_changes_nothing(
    tmp_path: Path, limited_server: Server
) -> None:
    folder = tmp_path / "no_proxies"
    folder.mkdir()
    async with Server(folder, limits="on") as server, Api(server.url) as api:
        forged = [
            {"X-Forwarded-For": f"10.0.0.{n}", "Forwarded": f"for=1.1.1.{n}"} for n in range(40)
        ]
        answers = [await api.post("/create", headers=headers) for headers in forged]
    assert answers[-1].error == LIMITED
    assert server.log().count("WATCHPARTY_TRUSTED_PROXIES is 0") == 1
    async with Api(limited_server.url) as api:  # the client wrote all but the last address
        forged = [{"X-Forwarded-For": f"10.0.0.{n}, {ADDRESS_A}"} for n in range(40)]
        answers = [await api.post("/create", headers=headers) for headers in forged]
    assert answers[-1].error == LIMITED


async def test_bad_requests_count_towards_the_limit(story: Story, client_a: Api) -> None:
    async def misbehave() -> Answer:
        answers = await asyncio.gather(
            *(client_a.post("/auth", data=b"{") for _ in range(100)),
            *(client_a.call("PATCH", "/create") for _ in range(100)),
        )
        return answers[-1]

    rounds, refusal = await until_refused(misbehave, 30)
    assert rounds >= 9
    retry_after(refusal)
    assert (await story.bob.read())["last_id"] == 0


async def test_a_flood_from_one_address_does_not_delay_another(limited_server: Server) -> None:
    """Half of the flooding clients hang up, which must not delay anybody either."""
    async with (
        Api(limited_server.url, ADDRESS_A) as client_a,
        Api(limited_server.url, ADDRESS_B) as client_b,
    ):
        story = await new_story(client_b)
        rush = [asyncio.create_task(client_a.get("/1", f"wrong {n}")) for n in range(150)]
        await story.alice.say("meanwhile")
        assert not all(request.done() for request in rush)
        for request in rush[::2]:
            request.cancel()
        answers = await asyncio.gather(*rush[1::2])
        assert {answer.error for answer in answers} == {(403, "forbidden")}
        assert (await client_a.get("/")).status == 200


async def test_a_member_is_served_at_an_address_whose_limit_is_used_up(
    limited_server: Server,
) -> None:
    async with (
        Api(limited_server.url, ADDRESS_A) as client_a,
        Api(limited_server.url, ADDRESS_B) as client_b,
    ):
        story = await new_story(client_b)
        limited_server.restart()  # the server forgets which keys are valid
        requests = [client_a.get("/nowhere") for _ in range(2_300)]
        assert LIMITED in {answer.error for answer in await asyncio.gather(*requests)}
        story.bob.api = client_a
        assert (await story.bob.read())["last_id"] == 0
        wrong = await client_a.get(f"/{story.charlie.chat_id}", story.bob.session_token)
        assert wrong.error == (403, "forbidden")
        assert (await client_a.get("/nowhere")).error == LIMITED
        assert (await story.bob.read())["last_id"] == 0  # the refusals change nothing for him


async def test_a_slow_sender_does_not_delay_others_at_its_address(limited_server: Server) -> None:
    address = limited_server.url.removeprefix("http://").split(":")
    head = (
        "POST /auth HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n"
        f"X-Forwarded-For: {ADDRESS_A}\r\n\r\n"
    )
    connections = [await asyncio.open_connection(*address) for _ in range(40)]
    for _, writer in connections:
        writer.write(f"{head}{{".encode())  # one byte of the twenty
        await writer.drain()
    async with Api(limited_server.url, ADDRESS_A) as client_a, asyncio.timeout(BODY_TIMEOUT - 1):
        assert (await client_a.get("/")).status == 200
        assert (await client_a.post("/create")).status == 200
    for _, writer in connections:
        writer.close()

"""Too much at once is refused with the time to wait, and never at somebody else's cost."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client import Answer, Api
from tests.people import Story, guest, tell
from tests.serving import Server
from watchparty.web.quotas import STARTS, STARTS_A_DAY, UNKNOWN_KEYS

HOUSE, OTHER_HOUSE = "203.0.113.7", "198.51.100.1"
LIMITED = (429, "rate_limited")


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Server]:
    """A server as it ships, behind one proxy of its operator's."""
    server = Server(tmp_path, limits="on", trusted_proxies="1")
    yield server
    assert server.stop() == 0
    assert "Traceback" not in server.log()


@pytest.fixture
async def house(limited: Server) -> AsyncIterator[Api]:
    async with Api(limited.url, HOUSE) as api:
        yield api


@pytest.fixture
async def other(limited: Server) -> AsyncIterator[Api]:
    async with Api(limited.url, OTHER_HOUSE) as api:
        yield api


@pytest.fixture
async def story(house: Api) -> Story:
    return await tell(house)


def pause(answer: Answer) -> int:
    """Return how many seconds a refusal asks for, after a look at how it does so."""
    assert answer.error == LIMITED
    seconds = int(answer.headers["Retry-After"])
    assert seconds >= 1
    assert answer.json["retry_after"] == seconds
    return seconds


async def until_refused(ask: Any, most: int) -> tuple[int, Answer]:
    """Ask until there is a refusal, and return how often it went well before."""
    for count in range(most + 1):
        answer: Answer = await ask()
        if answer.status == 429:
            return count, answer
    raise AssertionError(f"{most + 1} times, and no refusal")


async def test_who_posts_too_fast_waits_and_loses_nothing(story: Story) -> None:
    path, token = story.alice.path, story.alice.session_token
    began = time.monotonic()
    posts = [await story.alice.api.post(path, token, json={"body": f"{n}"}) for n in range(12)]
    refused = [post for post in posts if post.status != 200]
    assert 8 <= 12 - len(refused) <= 8 + 2 * (time.monotonic() - began) + 1
    await asyncio.sleep(pause(refused[0]))  # what it asks for is enough
    assert (await story.alice.say("at last"))["id"] == 12 - len(refused) + 1
    await story.bob.say("I may")
    said = (await story.bob.read())["messages"]
    assert [m["id"] for m in said] == [*range(1, len(said) + 1)]
    assert len(said) == 12 - len(refused) + 2
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_a_repeat_costs_nothing_and_is_never_refused(story: Story) -> None:
    async def say(key: str) -> Answer:
        headers, body = {"Idempotency-Key": key}, {"body": "once"}
        alice = story.alice
        return await alice.api.post(alice.path, alice.session_token, headers=headers, json=body)

    first = (await say("0")).ok()
    for _ in range(30):
        again = await say("0")
        assert again.ok() == first
        assert again.headers["Idempotent-Replay"] == "true"
    assert [(await say(f"{n}")).status for n in range(1, 8)] == [200] * 7
    await until_refused(lambda: say(f"new-{time.monotonic()}"), 20)
    assert (await say("0")).ok() == first


async def test_a_chat_takes_twenty_messages_a_second(story: Story, other: Api) -> None:
    chat_id, key = story.chat_id, story.magic_key
    crowd = [await guest(other, f"G{n}", chat_id, key) for n in range(5)]
    began = time.monotonic()
    posts = await asyncio.gather(
        *(
            other.post(member.path, member.session_token, json={"body": "!"})
            for member in crowd
            for _ in range(8)
        )
    )
    took = time.monotonic() - began
    accepted = [post for post in posts if post.status == 200]
    assert 20 <= len(accepted) <= 20 + 20 * took + 1
    assert {post.error for post in posts if post.status != 200} == {LIMITED}
    assert (await story.charlie.say("elsewhere"))["id"] == 1


async def test_a_house_starts_so_many_chats(house: Api, other: Api) -> None:
    auth_key = (await house.post("/auth", json={"username": "Alice"})).ok()["auth_key"]
    keyed = {"Idempotency-Key": "one-and-the-same"}
    first = (await house.post("/create", auth_key, headers=keyed)).ok()
    count, refusal = await until_refused(lambda: house.post("/create"), STARTS.burst + 1)
    assert STARTS.burst - 1 <= count <= STARTS.burst
    assert pause(refusal) <= 60
    again = await house.post("/create", auth_key, headers=keyed)
    assert again.ok()["chat_id"] == first["chat_id"]
    assert (await house.post("/create", auth_key)).error == LIMITED
    assert (await other.post("/create")).status == 200


async def test_a_user_starts_so_many_chats_a_day_wherever_they_are(limited: Server) -> None:
    started = 0
    async with Api(limited.url, OTHER_HOUSE) as api:
        auth_key = (await api.post("/auth", json={"username": "Alice"})).ok()["auth_key"]
    for house in range(5):
        async with Api(limited.url, f"203.0.113.{house}") as api:
            answers = [await api.post("/create", auth_key) for _ in range(25)]
            started += sum(answer.status == 200 for answer in answers)
    assert STARTS_A_DAY.burst <= started <= STARTS_A_DAY.burst + 1
    assert pause(answers[-1]) > 60
    async with Api(limited.url, "203.0.113.200") as api:
        assert (await api.post("/create", auth_key)).error == LIMITED
        assert (await api.post("/create")).status == 200


async def test_so_many_newcomers_at_one_door(story: Story, house: Api, other: Api) -> None:
    newcomer = {"username": "Guest"}
    answers = await asyncio.gather(*(house.post("/auth", json=newcomer) for _ in range(215)))
    assert 195 <= sum(answer.status == 200 for answer in answers) <= 203
    assert {answer.error for answer in answers if answer.status != 200} == {LIMITED}
    invitation = {"magic_key": story.magic_key}
    path = f"/{story.chat_id}/join"
    assert (await house.post(path, json=invitation)).error == LIMITED
    assert (await house.post(path, story.bob.auth_key, json=invitation)).status == 200
    assert (await other.post(path, json=invitation)).status == 200


async def test_wrong_keys_shut_the_house_but_not_its_members(
    story: Story, house: Api, other: Api
) -> None:
    held = asyncio.ensure_future(story.bob.read(since=0, wait=20))
    path = f"/{story.chat_id}/join"
    answers = [await house.get(story.alice.path, f"wrong {n}") for n in range(200)]
    assert [answer.error for answer in answers[:150]] == [(403, "forbidden")] * 150
    wrong = {"magic_key": "wrong"}
    tried, refusal = await until_refused(lambda: house.post(path, json=wrong), 100)
    assert 200 + tried < UNKNOWN_KEYS.burst + 50
    pause(refusal)
    await until_refused(lambda: house.get(story.alice.path, "another"), 20)
    stranger = {"chats": {f"{story.chat_id}": {"token": "wrong", "since": 0}}}
    await until_refused(lambda: house.post("/poll", json=stranger), 20)
    assert (await house.get("/")).status == 200
    await story.alice.say("we sit here all the same")
    assert [m["id"] for m in (await held)["messages"]] == [1]
    poll = {"chats": {f"{story.chat_id}": {"token": story.bob.session_token, "since": 0}}}
    assert (await house.post("/poll", story.bob.session_token, json=poll)).status == 200
    assert (await other.get("/")).status == 200
    assert (await other.post(path, json=wrong)).error == (403, "invalid_invite")


async def test_a_removed_member_counts_as_a_stranger(story: Story, house: Api) -> None:
    await house.call("DELETE", f"/{story.chat_id}/members/2", story.alice.session_token)
    token = story.bob.session_token
    _, refusal = await until_refused(lambda: house.get(story.bob.path, token), 400)
    pause(refusal)
    await until_refused(lambda: house.get(story.alice.path, "wrong"), 300)
    assert (await story.alice.read())["last_id"] == 0


async def test_a_good_credential_is_no_licence_to_loop(story: Story, other: Api) -> None:
    """Two at one table, and one of them has a loop; whoever asks once a second does not notice."""
    token = story.alice.session_token
    began = time.monotonic()
    count, refusal = await until_refused(lambda: other.get(story.alice.path, token), 1_000)
    assert count <= 120 + 31 * (time.monotonic() - began)
    assert pause(refusal) == 1
    await until_refused(lambda: other.get("/", token), 20)
    poll = {"chats": {f"{story.chat_id}": {"token": token, "since": 0}}}
    await until_refused(lambda: other.post("/poll", json=poll), 20)
    assert (await story.bob.read())["last_id"] == 0


@pytest.mark.parametrize(
    ("one", "another"),
    [("2001:db8::1", "[2001:db8::2:3]:4711"), ("192.0.2.1:1234", "::ffff:192.0.2.1")],
)
async def test_one_house_has_many_addresses(limited: Server, one: str, another: str) -> None:
    async with Api(limited.url, one) as api:
        for _ in range(40):
            await api.post("/create")
    async with Api(limited.url, another) as api:
        assert (await api.post("/create")).error == LIMITED
    async with Api(limited.url, "2001:db8:0:1::1") as api:
        assert (await api.post("/create")).status == 200


async def test_nobody_is_somebody_else_by_saying_so(tmp_path: Path, limited: Server) -> None:
    open_door = tmp_path / "open"
    open_door.mkdir()
    server = Server(open_door, limits="on")
    async with Api(server.url) as api:
        forged = [
            {"X-Forwarded-For": f"10.0.0.{n}", "Forwarded": f"for=1.1.1.{n}"} for n in range(40)
        ]
        answers = [await api.post("/create", headers=headers) for headers in forged]
    assert answers[-1].error == LIMITED
    assert server.log().count("WATCHPARTY_TRUSTED_PROXIES is 0") == 1
    assert server.stop() == 0
    async with Api(limited.url) as api:  # what stands left of the proxy's own word is the client's
        forged = [{"X-Forwarded-For": f"10.0.0.{n}, {HOUSE}"} for n in range(40)]
        answers = [await api.post("/create", headers=headers) for headers in forged]
    assert answers[-1].error == LIMITED


async def test_bad_requests_count(story: Story, house: Api) -> None:
    async def misbehave() -> Answer:
        answers = await asyncio.gather(
            *(house.post("/auth", data=b"{") for _ in range(100)),
            *(house.call("PATCH", "/create") for _ in range(100)),
        )
        return answers[-1]

    rounds, refusal = await until_refused(misbehave, 30)
    assert rounds >= 9
    pause(refusal)
    assert (await story.bob.read())["last_id"] == 0


async def test_who_asks_most_does_not_stand_before_the_others(limited: Server) -> None:
    """However many hang up in the middle, a turn is never lost."""
    async with Api(limited.url, HOUSE) as house, Api(limited.url, OTHER_HOUSE) as other:
        story = await tell(other)
        rush = [asyncio.create_task(house.get("/1", f"wrong {n}")) for n in range(150)]
        await story.alice.say("meanwhile")
        assert not all(request.done() for request in rush)
        for request in rush[::2]:
            request.cancel()
        answers = await asyncio.gather(*rush[1::2])
        assert {answer.error for answer in answers} == {(403, "forbidden")}
        assert (await house.get("/")).status == 200


async def test_all_credentials_of_a_member_count_as_one(story: Story, other: Api) -> None:
    path = f"/{story.chat_id}/join"
    joins = [await other.post(path, story.bob.auth_key) for _ in range(20)]
    tokens = [join.ok()["session_token"] for join in joins]
    began = time.monotonic()
    answers = await asyncio.gather(
        *(other.get(story.bob.path, token) for token in tokens for _ in range(20))
    )
    accepted = sum(answer.status == 200 for answer in answers)
    assert accepted <= 120 + 31 * (time.monotonic() - began)
    assert (await story.alice.read())["last_id"] == 0


async def test_a_neighbour_who_spends_all_keeps_no_member_out(limited: Server) -> None:
    async with Api(limited.url, HOUSE) as house, Api(limited.url, OTHER_HOUSE) as other:
        story = await tell(other)
        limited.restart()  # no key is known to be good any more
        neighbours = [house.get("/nowhere") for _ in range(2_300)]
        assert LIMITED in {answer.error for answer in await asyncio.gather(*neighbours)}
        story.bob.api = house
        assert (await story.bob.read())["last_id"] == 0
        wrong = await house.get(f"/{story.charlie.chat_id}", story.bob.session_token)
        assert wrong.error == (403, "forbidden")
        await until_refused(lambda: house.get("/nowhere"), 200)
        assert (await story.bob.read())["last_id"] == 0  # a wrong door takes no key away


async def test_who_sends_slowly_keeps_nobody_from_their_turn(limited: Server) -> None:
    place = limited.url.removeprefix("http://").split(":")
    head = (
        f"POST /auth HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {HOUSE}\r\nContent-Length: 20\r\n\r\n"
    )
    lines = [await asyncio.open_connection(*place) for _ in range(40)]
    for _, writer in lines:
        writer.write(f"{head}X-Forwarded-For: {HOUSE}\r\n\r\n".encode())
        await writer.drain()
    async with Api(limited.url, HOUSE) as house, asyncio.timeout(5):
        assert (await house.get("/")).status == 200
        assert (await house.post("/create")).status == 200
    for _, writer in lines:
        writer.close()


async def test_guests_do_not_silence_their_host(story: Story, other: Api) -> None:
    crowd = [await guest(other, f"G{n}", story.chat_id, story.magic_key) for n in range(5)]
    posts = [
        other.post(member.path, member.session_token, json={"body": "!"})
        for member in crowd
        for _ in range(8)
    ]
    answers = await asyncio.gather(*posts, story.alice.say("Quiet, please"))
    assert LIMITED in {answer.error for answer in answers[:-1] if answer.status != 200}


async def test_without_limits_nobody_waits(own: Server) -> None:
    async with Api(own.url) as api:
        story = await tell(api)
        for _ in range(40):
            await story.alice.say("quick")
            assert (await api.post("/create")).status == 200

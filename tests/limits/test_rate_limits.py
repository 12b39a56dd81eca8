"""Rate limits by member, chat and user; a refusal says how long to wait."""

import asyncio

import pytest

from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Story, guest, new_story
from tests.support.rate_limits import ADDRESS_B, LIMITED, RateLimitClock, retry_after, until_refused
from tests.support.server_process import Server
from watchparty.web.limits.quotas import CHAT_POSTS, CREATED_CHATS_A_DAY, MEMBER, POSTS


@pytest.fixture
async def story(client_a: Api) -> Story:
    return await new_story(client_a)


async def test_a_member_who_posts_too_fast_is_refused_and_may_post_again_after_the_wait(
    story: Story, clock: RateLimitClock
) -> None:
    path, token = story.alice.path, story.alice.session_token
    posts = [await story.alice.api.post(path, token, json={"body": f"{n}"}) for n in range(12)]
    refused = [post for post in posts if post.status != 200]
    assert len(refused) == 12 - POSTS.burst
    clock.advance(retry_after(refused[0]))  # the wait that the refusal asks for is enough
    assert (await story.alice.say("at last"))["id"] == 12 - len(refused) + 1
    await story.bob.say("I may")
    said = (await story.bob.read())["messages"]
    assert [m["id"] for m in said] == [*range(1, len(said) + 1)]
    assert len(said) == 12 - len(refused) + 2
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_a_repeat_with_the_same_key_is_not_counted_and_never_refused(story: Story) -> None:
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
    assert (await say("new")).error == LIMITED
    assert (await say("0")).ok() == first


async def test_a_chat_accepts_twenty_messages_a_second(story: Story, client_b: Api) -> None:
    chat_id, key = story.chat_id, story.magic_key
    crowd = [await guest(client_b, f"G{n}", chat_id, key) for n in range(5)]
    posts = await asyncio.gather(
        *(
            client_b.post(member.path, member.session_token, json={"body": "!"})
            for member in crowd
            for _ in range(8)
        )
    )
    accepted = [post for post in posts if post.status == 200]
    assert len(accepted) == CHAT_POSTS.burst == 20
    assert {post.error for post in posts if post.status != 200} == {LIMITED}
    assert (await story.charlie.say("elsewhere"))["id"] == 1


async def test_a_user_may_create_a_limited_number_of_chats_a_day_from_all_addresses(
    limited_server: Server, clock: RateLimitClock
) -> None:
    started = 0
    async with Api(limited_server.url, ADDRESS_B) as api:
        auth_key = (await api.post("/auth", json={"username": "Alice"})).ok()["auth_key"]
    for number in range(5):
        async with Api(limited_server.url, f"203.0.113.{number}") as api:
            answers = [await api.post("/create", auth_key) for _ in range(25)]
            started += sum(answer.status == 200 for answer in answers)
    assert started == CREATED_CHATS_A_DAY.burst
    assert answers[-1].error == LIMITED
    clock.advance(1)
    async with Api(limited_server.url, "203.0.113.200") as api:
        assert retry_after(await api.post("/create", auth_key)) > 60
        assert (await api.post("/create")).status == 200


async def test_a_removed_member_counts_as_a_stranger(story: Story, client_a: Api) -> None:
    await client_a.call("DELETE", f"/{story.chat_id}/members/2", story.alice.session_token)
    token = story.bob.session_token
    _, refusal = await until_refused(lambda: client_a.get(story.bob.path, token), 400)
    retry_after(refusal)
    await until_refused(lambda: client_a.get(story.alice.path, "wrong"), 300)
    assert (await story.alice.read())["last_id"] == 0


async def test_a_member_who_asks_in_a_loop_is_refused(story: Story, client_b: Api) -> None:
    """A member who asks once a second never reaches this limit."""
    token = story.alice.session_token
    count, refusal = await until_refused(lambda: client_b.get(story.alice.path, token), 1_000)
    assert count <= MEMBER.burst == 120
    assert retry_after(refusal) == 1
    assert (await client_b.get("/", token)).error == LIMITED
    poll = {"chats": {f"{story.chat_id}": {"token": token, "since": 0}}}
    assert (await client_b.post("/poll", json=poll)).error == LIMITED
    assert (await story.bob.read())["last_id"] == 0


async def test_all_credentials_of_a_member_count_as_one(story: Story, client_b: Api) -> None:
    path = f"/{story.chat_id}/join"
    joins = [await client_b.post(path, story.bob.auth_key) for _ in range(20)]
    tokens = [join.ok()["session_token"] for join in joins]
    answers = await asyncio.gather(
        *(client_b.get(story.bob.path, token) for token in tokens for _ in range(20))
    )
    assert sum(answer.status == 200 for answer in answers) <= MEMBER.burst
    assert (await story.alice.read())["last_id"] == 0


async def test_requests_with_one_auth_key_count_together_in_all_chats(
    story: Story, client_a: Api
) -> None:
    auth_key = (await client_a.post("/auth", json={"username": "Dora"})).ok()["auth_key"]
    chats = [(await client_a.post("/create", auth_key)).ok()["chat_id"] for _ in range(4)]
    polls = [client_a.get(f"/{chat_id}?since=0&wait=0", auth_key) for chat_id in chats * 100]
    answers = await asyncio.gather(*polls)
    assert sum(answer.status == 200 for answer in answers) <= MEMBER.burst
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


async def test_guests_who_flood_a_chat_do_not_stop_the_host_from_posting(
    story: Story, client_b: Api
) -> None:
    crowd = [await guest(client_b, f"G{n}", story.chat_id, story.magic_key) for n in range(5)]
    posts = [
        client_b.post(member.path, member.session_token, json={"body": "!"})
        for member in crowd
        for _ in range(8)
    ]
    answers = await asyncio.gather(*posts, story.alice.say("Quiet, please"))
    assert LIMITED in {answer.error for answer in answers[:-1] if answer.status != 200}


async def test_without_limits_nobody_is_refused(fresh_server: Server) -> None:
    async with Api(fresh_server.url) as api:
        story = await new_story(api)
        for _ in range(40):
            await story.alice.say("quick")
            assert (await api.post("/create")).status == 200

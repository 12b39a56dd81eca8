"""Members read the chat and wait for news; others are refused."""

import asyncio

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story
from watchparty.web.request import poll_query

PAGE = {"chat_id", "epoch", "messages", "last_id", "missed", "reset"}

MALFORMED_IDS = ["", "-1", "+1", "1.0", "1e3", "0x1", "1_0", "%201", "1%20", "null", "nan", "inf"]
MALFORMED_IDS += ["9007199254740992", "9" * 400, "%D9%A1", "%C2%B2", "%FF", "%00"]

MALFORMED_SECONDS = ["", "-1", "-0", "+1", "1e1", "0x1", "1_0", "1,5", ".", "%201", "null", "%00"]
MALFORMED_SECONDS += ["nan", "inf", "-inf", "Infinity", "1e999", "%D9%A1", "%E2%88%9E", "%FF"]


NEVER_HELD = 20  # seconds; a poll that waits takes at least 25


def ids(page: dict[str, list[dict[str, int]]]) -> list[int]:
    return [message["id"] for message in page["messages"]]


async def test_a_waiting_poll_is_answered_by_the_next_message(story: Story) -> None:
    waiting = asyncio.create_task(story.bob.read(since=0, wait=25))
    said = await story.alice.say("It starts!")
    page = await waiting
    assert ids(page) == [said["id"]]
    assert page["last_id"] == 1
    assert (await story.charlie.try_to_read(story.chat_id, since=0)).error == (403, "forbidden")


async def test_a_poll_without_news_gets_an_empty_answer_when_its_wait_is_over(story: Story) -> None:
    page = await story.bob.read(since=0, wait=0.2)
    assert page["messages"] == []
    assert (page["last_id"], page["missed"], page["reset"]) == (0, 0, False)


async def test_a_poll_that_asks_for_no_wait_is_never_held(story: Story) -> None:
    async with asyncio.timeout(NEVER_HELD):
        assert (await story.bob.read(since=0))["messages"] == []


async def test_a_wait_without_a_cursor_is_never_held(story: Story) -> None:
    async with asyncio.timeout(NEVER_HELD):
        assert (await story.bob.read(wait=30))["messages"] == []


async def test_a_request_without_a_credential_gets_401(api: Api, story: Story) -> None:
    answer = await api.get(story.alice.path)
    assert answer.error == (401, "missing_credentials")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_news_of_another_chat_does_not_answer_a_poll(story: Story) -> None:
    waiting = asyncio.create_task(story.bob.read(since=0, wait=0.5))
    await story.charlie.say("Only for me")
    assert (await waiting)["messages"] == []


async def test_all_waiting_polls_are_answered_at_once(story: Story) -> None:
    waiting = [asyncio.create_task(story.bob.read(since=0, wait=25)) for _ in range(20)]
    await story.alice.say("Everybody!")
    assert [ids(page) for page in await asyncio.gather(*waiting)] == [[1]] * 20


@pytest.mark.parametrize("wait", ["25", "30.5", "31", "86400", "0030.000", "9" * 400])
async def test_a_poll_may_ask_for_any_wait(story: Story, wait: str) -> None:
    waiting = asyncio.create_task(story.bob.read(since=0, wait=wait))
    await story.alice.say("It starts!")
    assert ids(await waiting) == [1]


async def test_pending_messages_come_in_one_answer_without_waiting(story: Story) -> None:
    for text in ("a", "b", "c"):
        await story.alice.say(text)
    async with asyncio.timeout(NEVER_HELD):
        page = await story.bob.read(since=1, wait=30)
    assert [message["body"] for message in page["messages"]] == ["b", "c"]
    assert (page["last_id"], page["missed"], page["reset"]) == (3, 0, False)


@pytest.mark.parametrize("since", MALFORMED_IDS)
async def test_a_since_that_is_not_a_message_id_is_refused(story: Story, since: str) -> None:
    answer = await story.bob.api.get(f"{story.bob.path}?since={since}", story.bob.session_token)
    assert answer.error == (400, "invalid_request")
    assert "since" in answer.json["message"]
    answer = await story.bob.api.get(f"{story.bob.path}?since={since}", story.charlie.auth_key)
    assert answer.error == (403, "forbidden")


@pytest.mark.parametrize("wait", MALFORMED_SECONDS)
@pytest.mark.parametrize("before", ["?since=0&", "?"])
async def test_a_wait_that_is_not_a_number_of_seconds_is_refused(
    story: Story, before: str, wait: str
) -> None:
    path = f"{story.bob.path}{before}wait={wait}"
    answer = await story.bob.api.get(path, story.bob.session_token)
    assert answer.error == (400, "invalid_request")
    assert "wait" in answer.json["message"]


async def test_messages_that_left_the_window_are_counted(story: Story) -> None:
    for number in range(1, 36):
        await story.alice.say(str(number))
    expected = {0: 5, 3: 2, 4: 1, 5: 0, 6: 0, 34: 0, 35: 0}
    for since, missed in expected.items():
        page = await story.bob.read(since=since)
        assert (page["missed"], page["reset"], page["last_id"]) == (missed, False, 35)
        assert ids(page) == list(range(max(since, 5) + 1, 36))
    assert (await story.bob.read())["missed"] == 0
    for ahead in (36, 2**53 - 1):
        page = await story.bob.read(since=ahead)
        assert (page["missed"], page["reset"], page["last_id"]) == (5, True, 35)
        assert ids(page) == list(range(6, 36))


async def test_a_cursor_of_another_history_starts_over_at_once(story: Story) -> None:
    await story.alice.say("a")
    epoch = (await story.bob.read())["epoch"]
    async with asyncio.timeout(NEVER_HELD):
        for foreign in ("0" * 16, "", "ñ", epoch + "x", epoch.upper() + "!"):
            page = await story.bob.read(since=1, wait=30, epoch=foreign)
            assert (ids(page), page["reset"], page["missed"]) == ([1], True, 0)
            assert page["epoch"] == epoch
            assert (await story.bob.read(epoch=foreign))["reset"] is True
    page = await story.bob.read(since=1, epoch=epoch)
    assert (ids(page), page["reset"]) == ([], False)
    assert (await story.bob.read(epoch=epoch))["reset"] is False


async def test_a_cursor_ahead_of_an_empty_chat_starts_over_at_once(story: Story) -> None:
    async with asyncio.timeout(NEVER_HELD):
        page = await story.bob.read(since=1, wait=30)
    assert (page["messages"], page["reset"], page["last_id"]) == ([], True, 0)


async def test_all_members_with_the_same_cursor_get_the_same_bytes(story: Story) -> None:
    said = await story.alice.say("hi")
    for query in ({"since": "0"}, {"since": "1"}, {"since": "9"}, {"since": "0", "epoch": "x"}):
        hers = await story.alice.try_to_read(story.chat_id, **query)
        his = await story.bob.try_to_read(story.chat_id, **query)
        assert hers.body == his.body
        assert set(hers.ok()) == PAGE
    [message] = (await story.bob.read(since=0))["messages"]
    assert message == {name: value for name, value in said.items() if name != "chat_id"}


async def test_an_answer_is_never_cached(story: Story) -> None:
    for query in ({}, {"since": "0"}, {"since": "x"}):
        answer = await story.bob.try_to_read(story.chat_id, **query)
        assert answer.headers["Cache-Control"] == "no-store"
    outside = await story.charlie.try_to_read(story.chat_id)
    assert outside.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "accept",
    ["text/html", "text/html,application/xml;q=0.9,*/*;q=0.8", "TEXT/HTML;level=1, */*;q=0.8"],
)
async def test_a_browser_is_redirected_to_the_page(api: Api, story: Story, accept: str) -> None:
    for chat_id in (story.chat_id, 100000000001):
        answer = await api.get(f"/{chat_id}", headers={"Accept": accept})
        assert answer.status in {302, 303}
        assert answer.headers["Location"] == f"/chat/{chat_id}"
    page = await api.get(story.bob.path, story.bob.session_token, headers={"Accept": accept})
    assert page.ok()["username"] == "Bob"


@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
async def test_a_client_that_does_not_ask_for_html_is_not_redirected(
    api: Api, story: Story, accept: str
) -> None:
    answer = await api.get(story.bob.path, headers={"Accept": accept})
    assert answer.error == (401, "missing_credentials")


@pytest.mark.parametrize(
    ("asked", "held"), [("0", 0), ("7.5", 7.5), ("30", 30), ("30.5", 30), ("9" * 400, 30)]
)
def test_a_poll_is_held_for_at_most_30_seconds(asked: str, held: float) -> None:
    assert poll_query.wait({"wait": asked}) == held

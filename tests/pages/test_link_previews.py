"""The preview of a link in a messenger is friendly, reveals nothing and changes nothing."""

import re
from html.parser import HTMLParser
from typing import Any

import aiohttp
import pytest

from tests.support.api_client import SPEC, Answer, Api
from tests.support.api_fixtures import Person, Story

NOWHERE = 100000000001  # an id that no chat has

MESSENGERS = [
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
    "facebookexternalhit/1.1;line-poker/1.0",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
]


class Preview(HTMLParser):
    """Read the meta tags of a page, as a messenger does."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        traits = dict(attrs)
        name = traits.get("property") or traits.get("name")
        if tag == "meta" and name:
            self.tags[name] = traits.get("content") or ""


@pytest.mark.parametrize("messenger", MESSENGERS)
async def test_the_preview_of_a_shared_link_is_an_invitation(story: Story, messenger: str) -> None:
    tags = Preview((await fetched(story.bob.api, story.chat_id, messenger)).body.decode()).tags
    assert tags["og:title"] == "You’re invited to a watch party"
    assert tags["og:site_name"] == "Watch Party"
    assert "Type a name" in tags["og:description"]
    assert tags["robots"] == "noindex"
    assert tags.keys() & {"og:url", "og:image"} == set()


@pytest.mark.parametrize("messenger", MESSENGERS)
async def test_a_preview_is_the_same_for_a_chat_that_never_existed(
    api: Api, story: Story, messenger: str
) -> None:
    await story.alice.say("the butler did it")
    topic = {"topic": "Notorious"}
    await api.call("PUT", f"{story.alice.path}/topic", story.alice.session_token, json=topic)
    for query in ("", f"?magic_key={story.magic_key}"):
        real = await fetched(api, story.chat_id, messenger, query)
        unreal = await fetched(api, NOWHERE, messenger, query)
        assert real.body == unreal.body
        assert {*real.headers.items()} - {("Date", real.headers["Date"])} == (
            {*unreal.headers.items()} - {("Date", unreal.headers["Date"])}
        )
        for fact in (str(story.chat_id), story.magic_key, "Alice", "Bob", "butler", "Notorious"):
            assert fact not in real.body.decode()


async def test_get_head_and_options_change_nothing_at_any_address(story: Story) -> None:
    before = await everything(story.alice)
    people = (story.alice, story.bob, story.charlie)
    credentials = [key for person in people for key in (person.session_token, person.auth_key)]
    async with aiohttp.ClientSession(story.alice.api.url) as visitor:
        for path in addresses(story):
            for key in credentials:
                for method in ("GET", "HEAD", "OPTIONS"):
                    bearer = {"Authorization": f"Bearer {key}"}
                    async with visitor.request(method, path, headers=bearer) as answer:
                        assert answer.status < 500, (method, path)
    assert await everything(story.alice) == before
    assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")


def addresses(story: Story) -> list[str]:
    """Return every path of the API, for this chat, with its invitation in the query."""
    found = [path.replace("{chat_id}", f"{story.chat_id}") for path in SPEC["paths"]]
    numbered = [re.sub(r"\{[a-z_]+\}", "1", path) for path in found]
    assert f"/{story.chat_id}/join" in numbered
    return [f"{path}?magic_key={story.magic_key}&username=Mallory" for path in numbered]


async def everything(person: Person) -> dict[str, Any]:
    """Return all that can be read of a chat, except the time of the server."""
    state = await person.read(rev=0)
    links = (await person.api.get(f"{person.path}/invite", person.session_token)).ok()
    return {**state, **links, "server_time": None}


async def fetched(api: Api, chat_id: int, messenger: str, query: str = "") -> Answer:
    answer = await api.get(f"/chat/{chat_id}{query}", headers={"User-Agent": messenger})
    assert answer.status == 200
    return answer

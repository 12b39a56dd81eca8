"""Names that look like another member's are allowed, but reported to everybody in the chat."""

from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Person, Story, guest, new_story
from tests.support.server_process import Server


async def alike(person: Person) -> list[int]:
    found: list[int] = (await person.read(since=0, rev=0))["state"]["alike"]
    return found


async def join_as(story: Story, name: str) -> Person:
    return await guest(story.alice.api, name, story.chat_id, story.magic_key)


@pytest.mark.parametrize(
    "name",
    [
        "Alice",
        "ALICE",
        "\N{CYRILLIC CAPITAL LETTER A}lice",
        "AIice",  # a capital I
        "A1ice",
        "Al\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}ce",
        "\N{FULLWIDTH LATIN CAPITAL LETTER A}lice",
        "𝓐𝓵𝓲𝓬𝓮",
        "A\N{ZERO WIDTH JOINER}lice",
        "Ali\N{WORD JOINER}ce",
        "Alice\N{VARIATION SELECTOR-15}",
        "Al\N{COMBINING GRAPHEME JOINER}ice",
        "Al\u2065ice",
        "\N{GREEK CAPITAL LETTER ALPHA}li\N{GREEK LUNATE SIGMA SYMBOL}\N{CYRILLIC SMALL LETTER IE}",
        "Alice #1",
        "alice (you)",
    ],
)
async def test_a_name_that_looks_like_the_hosts_is_reported(story: Story, name: str) -> None:
    assert await alike(story.bob) == []
    await join_as(story, name)
    assert await alike(story.bob) == [1, 3]
    assert await alike(story.charlie) == []


@pytest.mark.parametrize("name", ["Alicia", "Al", "Älice", "花子", "Alice B.", "ليلى", "👩‍👩‍👧"])
async def test_a_name_that_looks_different_is_not_reported(story: Story, name: str) -> None:
    await join_as(story, name)
    assert await alike(story.alice) == []


@pytest.mark.parametrize(
    ("one", "another"),
    [("Zoe\N{COMBINING DIAERESIS}", "ZOË"), ("Amy", "Arny"), ("Ivan", "|van")],
)
async def test_guests_whose_names_look_alike_are_reported(
    story: Story, one: str, another: str
) -> None:
    await join_as(story, one)
    await join_as(story, another)
    assert await alike(story.alice) == [3, 4]


async def test_the_name_of_a_former_member_is_compared_while_their_messages_are_shown(
    story: Story,
) -> None:
    dora = await join_as(story, "Dora")
    await dora.say("Bye")
    await leave(dora, 3)
    await join_as(story, "Dоra")  # with a Cyrillic o
    assert await alike(story.alice) == [3, 4]
    for _ in range(30):
        await story.bob.say("much later")
    assert await alike(story.alice) == []


async def test_a_restart_does_not_change_the_lookalikes(tmp_path: Path) -> None:
    async with Server(tmp_path) as server, Api(server.url) as api:
        story = await new_story(api)
        await join_as(story, "ВоЬ")  # all letters are Cyrillic
        before = await alike(story.alice)
        server.restart()
        assert await alike(story.alice) == before == [2, 3]


async def leave(person: Person, member_id: int) -> None:
    path = f"{person.path}/members/{member_id}"
    assert (await person.api.call("DELETE", path, person.session_token)).status == 200

"""Users give their name once and may change it; a name is shown as it was typed."""

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story

FAMILY = "👨‍👩‍👧‍👦"
ZALGO = "Z̸̡a̷͘l̵͝g̶͠o̷"

KEPT = {
    "one letter": "A",
    "32 characters": "x" * 32,
    "32 emoji": "🎬" * 32,
    "an emoji family": FAMILY,
    "Arabic": "مريم",
    "Hebrew with a direction mark": "\u200fדנה",
    "Arabic with a joiner": "می\u200cخواهم",
    "Devanagari": "अनन्या",
    "zalgo": ZALGO,
    "markup": "<b>Bob</b> & 'friends'",
    "inner spaces": "Mary  Jane",
    "punctuation": "?!",
}

CHANGED = {
    "spaces around a name": ("  Bob\t\n", "Bob"),
    "wide spaces around a name": ("\u00a0\u3000Bob\u2003", "Bob"),
    "decomposed letters": ("Zoe\u0308", "Zo\u00eb"),
    "64 characters that compose to 32": ("e\u0301" * 32, "\u00e9" * 32),
}

REFUSED = {
    "no characters": "",
    "spaces": " \u3000\t ",
    "33 characters": "x" * 33,
    "33 emoji": "🎬" * 33,
    "17 characters that decompose to 34": "\u0958" * 17,
    "a NUL": "Al\x00ice",
    "an escape": "Al\x1b[31mice",
    "a C1 control": "Al\x85ice",
    "a newline": "Al\nice",
    "a line separator": "Al\u2028ice",
    "a bidi override": "Al\u202eecila",
    "a bidi embedding": "\u202bAlice",
    "a bidi isolate": "Al\u2066ice",
    "a Hangul filler": "\u3164",
    "a half-width Hangul filler": "\uffa0",
    "Hangul jamo fillers": "\u115f\u1160",
    "an empty Braille pattern": "\u2800",
    "a zero-width space": "\u200b",
    "zero-width joiners": "\u200d\u200c",
    "a word joiner": "\u2060",
    "a byte order mark": "\ufeff",
    "a soft hyphen": "\u00ad",
    "a combining mark alone": "\u0301",
    "a variation selector alone": "\ufe0f",
    "tag characters": "\U000e0041\U000e0042",
}


def cases(named: dict[str, object]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", named.values(), ids=named.keys())


async def test_two_users_with_the_same_name_get_different_keys(api: Api) -> None:
    alice = (await api.post("/auth", json={"username": "Alice"})).ok()
    another = (await api.post("/auth", json={"username": "Alice"})).ok()
    assert set(alice) == {"auth_key", "username"}
    assert alice["username"] == another["username"] == "Alice"
    assert len(alice["auth_key"]) >= 32
    assert alice["auth_key"] != another["auth_key"]


@pytest.mark.parametrize("field", ["username", "name", "user_name"])
async def test_a_name_is_read_from_any_of_its_fields(api: Api, field: str) -> None:
    assert (await api.post("/auth", json={field: "Alice"})).ok()["username"] == "Alice"


async def test_username_wins_over_other_name_fields(api: Api) -> None:
    names = {"user_name": "third", "name": "second", "username": "first"}
    assert (await api.post("/auth", json=names)).ok()["username"] == "first"


async def test_a_rename_keeps_the_key_and_affects_new_chats_only(api: Api, story: Story) -> None:
    alice = story.alice
    before = await alice.say("I am Alice")
    renamed = await api.post("/auth", alice.auth_key, json={"username": "Alicia"})
    assert renamed.ok() == {"auth_key": alice.auth_key, "username": "Alicia"}

    after = await alice.say("and still am, here")
    page = await story.bob.read()
    assert [before["username"], after["username"]] == ["Alice", "Alice"]
    assert [member["username"] for member in page["members"]] == ["Alice", "Bob"]
    assert (await alice.read())["username"] == "Alice"
    assert (await api.post("/create", alice.auth_key)).ok()["username"] == "Alicia"
    assert (await api.post("/create", story.charlie.auth_key)).ok()["username"] == "Charlie"


async def test_an_unknown_key_cannot_rename_anybody(api: Api, story: Story) -> None:
    answer = await api.post("/auth", "x" * 33, json={"username": "Mallory"})
    assert answer.error == (401, "invalid_credentials")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "x" * 33 not in answer.body.decode()
    assert (await api.post("/create", story.charlie.auth_key)).ok()["username"] == "Charlie"


async def test_the_keys_of_a_chat_are_not_auth_keys(api: Api, story: Story) -> None:
    for key in (story.alice.session_token, story.magic_key):
        answer = await api.post("/auth", key, json={"username": "Mallory"})
        assert answer.error == (401, "invalid_credentials")
    assert (await story.alice.read())["username"] == "Alice"


@cases({**KEPT})
async def test_a_name_in_any_script_is_kept_unchanged(api: Api, case: str) -> None:
    assert (await api.post("/auth", json={"username": case})).ok()["username"] == case


@cases({**CHANGED})
async def test_a_name_is_trimmed_and_composed(api: Api, case: tuple[str, str]) -> None:
    sent, shown = case
    assert (await api.post("/auth", json={"username": sent})).ok()["username"] == shown


@cases({**REFUSED})
async def test_a_name_that_misleads_or_shows_nothing_is_refused(api: Api, case: str) -> None:
    answer = await api.post("/auth", json={"username": case})
    assert answer.error == (400, "invalid_request")
    assert "username" in answer.json["message"]
    assert "auth_key" not in answer.json


async def test_a_refused_name_changes_nothing(api: Api, story: Story) -> None:
    answer = await api.post("/auth", story.alice.auth_key, json={"username": "\u3164"})
    assert answer.error == (400, "invalid_request")
    assert (await api.post("/create", story.alice.auth_key)).ok()["username"] == "Alice"


@pytest.mark.parametrize("value", [5, 1.5, True, [], ["Alice"], {}, {"username": "Alice"}])
async def test_a_name_that_is_not_a_string_is_refused(api: Api, value: object) -> None:
    answer = await api.post("/auth", json={"username": value})
    assert answer.error == (400, "invalid_request")
    assert "username" in answer.json["message"]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"username": null}', b'{"nickname": "Alice"}'])
async def test_a_user_is_not_created_without_a_name(api: Api, body: bytes) -> None:
    answer = await api.post("/auth", data=body)
    assert answer.error == (400, "invalid_request")
    assert "username" in answer.json["message"]

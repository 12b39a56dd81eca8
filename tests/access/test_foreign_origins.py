"""A page of another origin can do nothing in the name of its visitor, not even use up limits."""

from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.server_process import Server

EVIL = "https://evil.example"
FOREIGN_PAGES = [
    {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": EVIL},  # a browser on plain HTTP sends no Sec-Fetch-Site
    {"Origin": "null"},
    {"Origin": EVIL, "Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", FOREIGN_PAGES)
async def test_a_foreign_page_changes_nothing(story: Story, headers: dict[str, str]) -> None:
    token, api = story.alice.session_token, story.alice.api
    for path, body in ((story.alice.path, {"body": "x"}), ("/create", {}), ("/auth", {})):
        answer = await api.post(path, token, headers=headers, json=body)
        assert answer.error == (403, "foreign_origin")
    assert (await api.call("DELETE", story.alice.path, token, headers=headers)).status == 403
    assert (await story.bob.read())["messages"] == []


async def test_our_own_page_and_programs_may(story: Story, server: Server) -> None:
    own = [
        {"Origin": server.url, "Sec-Fetch-Site": "same-origin"},
        {"Origin": server.url},
        {"Sec-Fetch-Site": "none"},
        {},
    ]
    for headers in own:
        assert (await story.alice.api.post("/create", headers=headers)).status == 200


async def test_a_foreign_page_uses_up_nobodys_limits(tmp_path: Path) -> None:
    async with Server(tmp_path, limits="on") as server, Api(server.url) as api:
        for _ in range(300):
            assert (await api.post("/create", headers={"Origin": EVIL})).status == 403
        story = await new_story(api)
        assert (await story.bob.read())["messages"] == []


async def test_an_allowed_origin_may(tmp_path: Path) -> None:
    friend = {"Origin": "https://friend.example", "Sec-Fetch-Site": "cross-site"}
    async with (
        Server(tmp_path, cors_origins="https://friend.example") as server,
        Api(server.url) as api,
    ):
        assert (await api.post("/create", headers=friend)).status == 200
        assert (await api.post("/create", headers={"Origin": EVIL})).status == 403


async def test_behind_a_proxy_the_page_is_that_of_the_public_url(tmp_path: Path) -> None:
    """The proxy may pass on any Host; the browser still names the origin of the page."""
    async with (
        Server(tmp_path, public_url="https://party.example.org") as server,
        Api(server.url) as api,
    ):
        page = {"Origin": "https://party.example.org"}
        assert (await api.post("/create", headers=page)).status == 200
        assert (await api.post("/create", headers={"Origin": EVIL})).status == 403


@pytest.mark.parametrize(
    "host", ["127.0.0.1:1", "[::1]:1", "localhost", "localhost.", "party", "nas.local", "192.0.2.1"]
)
async def test_names_that_nobody_can_register_are_known(api: Api, host: str) -> None:
    assert (await api.post("/create", headers={"Host": host})).status == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example"])
async def test_a_server_for_one_computer_knows_no_public_name(api: Api, host: str) -> None:
    """A page that gives its own name the address of this computer would be of our origin."""
    for path in ("/", "/create", "/username"):
        answer = await api.call(
            "POST" if path == "/create" else "GET", path, headers={"Host": host}
        )
        assert answer.error == (421, "unknown_host")
    assert (await api.get("/healthz", headers={"Host": host})).status == 200


async def test_with_a_public_url_only_its_name_is_known(tmp_path: Path) -> None:
    async with (
        Server(tmp_path, public_url="https://party.example.org:8443") as server,
        Api(server.url) as api,
    ):
        for host, status in {"Party.Example.org": 200, "evil.example": 421, "[::1]": 200}.items():
            assert (await api.post("/create", headers={"Host": host})).status == status

"""Anybody can create a chat, and its links lead to the host of the request."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story
from tests.support.server_process import Server

CREATED = {"chat_id", "session_token", "username", "magic_key", "magic_link", "last_id", "epoch"}

PROXIED = {
    "X-Forwarded-For": "6.6.6.6, 203.0.113.7",
    "X-Forwarded-Proto": "gopher, https",
    "X-Forwarded-Host": "evil.example, party.example.org",
}
TWICE_PROXIED = {
    "X-Forwarded-For": "6.6.6.6, 203.0.113.7, 10.0.0.1",
    "X-Forwarded-Proto": "gopher, https, http",
    "X-Forwarded-Host": "evil.example, party.example.org, inner:8000",
}

Serve = Callable[..., Server]


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Yield a function that starts a server with the given settings."""
    with ExitStack() as servers:

        def start(**settings: str) -> Server:
            folder = tmp_path_factory.mktemp("configured")
            return servers.enter_context(Server(folder, None, None, **settings))

        yield start


async def test_a_known_user_creates_a_chat_under_their_name(api: Api, story: Story) -> None:
    made = (await api.post("/create", story.alice.auth_key)).ok()
    assert set(made) == CREATED
    assert (made["username"], made["last_id"]) == ("Alice", 0)
    page = (await api.get(f"/{made['chat_id']}", made["session_token"])).ok()
    assert page["members"] == [{"member_id": 1, "username": "Alice", "role": "host"}]
    assert (await story.charlie.try_to_read(made["chat_id"])).error == (403, "forbidden")


async def test_a_new_user_gets_an_auth_key_too(api: Api, story: Story) -> None:
    made = (await api.post("/create", json={"username": "Dana"})).ok()
    assert set(made) == CREATED | {"auth_key"}
    assert made["username"] == "Dana"
    path = f"/{made['chat_id']}"
    assert (await api.get(path, made["auth_key"])).ok()["username"] == "Dana"
    assert (await api.post("/create", made["auth_key"])).ok()["username"] == "Dana"
    assert (await story.charlie.try_to_read(made["chat_id"])).error == (403, "forbidden")


@pytest.mark.parametrize("body", [None, b"", b"  ", b"{}", b'{"username": null}'])
async def test_a_host_without_a_name_is_called_guest(api: Api, body: bytes | None) -> None:
    made = (await api.post("/create", data=body)).ok()
    assert set(made) == CREATED | {"auth_key"}
    assert made["username"] == "Guest"


@pytest.mark.parametrize("field", ["username", "name", "user_name"])
async def test_a_name_given_to_create_is_used_in_the_new_chat_only(
    api: Api, story: Story, field: str
) -> None:
    key = story.alice.auth_key
    made = (await api.post("/create", key, json={field: "Captain"})).ok()
    assert set(made) == CREATED
    assert made["username"] == "Captain"
    said = await api.post(f"/{made['chat_id']}", key, json={"body": "Aye"})
    assert said.ok()["username"] == "Captain"
    assert (await api.post("/create", key)).ok()["username"] == "Alice"
    assert (await story.alice.read())["username"] == "Alice"


@pytest.mark.parametrize("name", ["", "x" * 33, "\u202eecilA", 7])
async def test_a_chat_is_not_created_with_an_invalid_name(api: Api, name: object) -> None:
    answer = await api.post("/create", json={"username": name})
    assert answer.error == (400, "invalid_request")
    assert "username" in answer.json["message"]


async def test_an_unknown_auth_key_cannot_create_a_chat(api: Api, story: Story) -> None:
    for key in ("x" * 33, story.alice.session_token, story.magic_key):
        answer = await api.post("/create", key, json={"username": "Mallory"})
        assert answer.error == (401, "invalid_credentials")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_each_chat_has_its_own_id_and_keys(api: Api) -> None:
    chats = [(await api.post("/create")).ok() for _ in range(5)]
    for chat in chats:
        assert isinstance(chat["chat_id"], int)
        assert len(str(chat["chat_id"])) == 12
        assert min(len(chat[key]) for key in ("session_token", "magic_key", "auth_key")) >= 32
    for field in ("chat_id", "session_token", "magic_key", "auth_key"):
        assert len({chat[field] for chat in chats}) == 5


async def test_all_chats_of_a_server_have_the_same_epoch(api: Api, story: Story) -> None:
    epochs = {(await api.post("/create")).ok()["epoch"] for _ in range(3)}
    assert epochs == {(await story.bob.read())["epoch"]}
    assert epochs != {""}


async def test_a_server_can_require_auth_keys(serve: Serve) -> None:
    async with Api(serve(require_auth_key="true").url) as api:
        answer = await api.post("/create", json={"username": "Mallory"})
        assert answer.error == (401, "missing_credentials")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert (await api.post("/create", "x" * 33)).error == (401, "invalid_credentials")
        auth_key = (await api.post("/auth", json={"username": "Alice"})).ok()["auth_key"]
        assert set((await api.post("/create", auth_key)).ok()) == CREATED


async def created(url: str, **headers: str) -> tuple[str, str]:
    """Create a chat; return its link, and the part that must follow the origin in it."""
    async with Api(url) as api:
        made = (await api.post("/create", headers=headers)).ok()
        page = (await api.get(f"/{made['chat_id']}", made["session_token"], headers=headers)).ok()
        assert page["magic_link"] == made["magic_link"]
    return made["magic_link"], f"/chat/{made['chat_id']}#{made['magic_key']}"


@pytest.mark.parametrize("host", ["party.local", "192.168.1.20:8000", "[::1]:8000"])
async def test_a_link_leads_to_the_host_of_the_request(server: Server, host: str) -> None:
    link, rest = await created(server.url, Host=host)
    assert link == f"http://{host}{rest}"


async def test_a_link_leads_to_the_public_url_if_one_is_set(serve: Serve) -> None:
    server = serve(public_url="https://party.example.org/")
    link, rest = await created(server.url, Host="192.168.1.20", **PROXIED)
    assert link == f"https://party.example.org{rest}"


@pytest.mark.parametrize("headers", [PROXIED, TWICE_PROXIED])
async def test_without_trusted_proxies_forwarded_headers_are_ignored(
    server: Server, headers: dict[str, str]
) -> None:
    link, rest = await created(server.url, **headers)
    assert link == f"{server.url}{rest}"


@pytest.mark.parametrize(("proxies", "headers"), [("1", PROXIED), ("2", TWICE_PROXIED)])
async def test_a_link_leads_to_the_host_that_trusted_proxies_forward(
    serve: Serve, proxies: str, headers: dict[str, str]
) -> None:
    server = serve(trusted_proxies=proxies)
    link, rest = await created(server.url, **headers)
    assert link == f"https://party.example.org{rest}"
    link, rest = await created(server.url)
    assert link == f"{server.url}{rest}"


@pytest.mark.parametrize("scheme", ["javascript", "https://evil.test/?", "", "ftp"])
async def test_a_forwarded_scheme_must_be_http_or_https(
    tmp_path_factory: pytest.TempPathFactory, scheme: str
) -> None:
    async with (
        Server(tmp_path_factory.mktemp("proxied"), trusted_proxies="1") as server,
        Api(server.url) as api,
    ):
        made = (await api.post("/create", headers={"X-Forwarded-Proto": scheme})).ok()
        answer = await api.post("/create", headers={"X-Forwarded-Proto": "https"})
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        secure = answer.ok()
    assert made["magic_link"].startswith(f"{server.url}/chat/")
    assert secure["magic_link"].startswith(server.url.replace("http:", "https:"))

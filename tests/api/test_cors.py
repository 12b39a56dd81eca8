"""Pages of other origins may use the API only when the operator allows them."""

from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.server_process import Server

FRIEND, STRANGER = "https://party.example.org", "https://evil.example"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type, idempotency-key, last-event-id",
}


def allowed(headers: "dict[str, str]") -> "dict[str, str]":
    return {k.lower(): v for k, v in headers.items() if k.lower().startswith("access-control-")}


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
async def test_other_origins_may_not_use_the_api_by_default(
    api: Api, story: Story, method: str
) -> None:
    headers = {"Origin": FRIEND, **PREFLIGHT}
    token = story.alice.session_token
    for path in (story.alice.path, "/create", "/healthz", "/", "/nowhere"):
        answer = await api.call(method, path, token, headers=headers, json={"body": "x"})
        assert allowed(answer.headers) == {}


async def test_a_listed_origin_may_use_the_api(tmp_path: Path) -> None:
    async with (
        Server(tmp_path, cors_origins=f"{FRIEND}, http://localhost:5173") as server,
        Api(server.url) as api,
    ):
        story = await new_story(api)
        asked = {"Origin": FRIEND, **PREFLIGHT}
        preflight = await api.call("OPTIONS", story.alice.path, headers=asked)
        assert preflight.status == 200
        may = allowed(preflight.headers)
        assert may["access-control-allow-origin"] == FRIEND
        assert {"GET", "POST", "PUT", "DELETE"} == set(
            may["access-control-allow-methods"].split(", ")
        )
        names = may["access-control-allow-headers"].lower()
        asked_for = PREFLIGHT["Access-Control-Request-Headers"].split(", ")
        assert all(name in names for name in asked_for)
        assert int(may["access-control-max-age"]) > 0
        assert "access-control-allow-credentials" not in may
        for token, status in ((story.alice.session_token, 200), (story.charlie.session_token, 403)):
            answer = await api.get(story.alice.path, token, headers={"Origin": FRIEND})
            assert answer.status == status
            assert answer.headers["Access-Control-Allow-Origin"] == FRIEND
            assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
            assert "Origin" in answer.headers["Vary"]
        assert (await story.alice.read())["last_id"] == 0  # a preflight posts nothing
        for headers in (asked, {"Origin": FRIEND}):
            foreign = await api.call(
                "OPTIONS", story.alice.path, headers=headers | {"Origin": STRANGER}
            )
            assert allowed(foreign.headers) == {}
            assert "Origin" in foreign.headers["Vary"]


async def test_a_star_allows_every_origin(tmp_path: Path) -> None:
    async with Server(tmp_path, cors_origins="*") as server, Api(server.url) as api:
        answer = await api.get("/healthz", headers={"Origin": STRANGER})
        assert answer.headers["Access-Control-Allow-Origin"] in {"*", STRANGER}
        assert "Access-Control-Allow-Credentials" not in answer.headers

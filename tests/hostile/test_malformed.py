"""Requests that are hardly HTTP get a clear refusal in our words, and the log stays clean."""

import asyncio
import json

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story
from tests.support.server_process import Server

HOSTS = ["..", ".", "a..b", ".a", "a" * 64, "a" * 64 + ":80"]
TARGETS = ["?", "?x", "http://[", "http://[x]/", "http%3a//[", "http://party.test"]
LOST = ["a" * 256, "a/" * 3000, "a" * 8000]


async def ask(server: Server, target: str, *headers: str) -> tuple[int, dict[str, str]]:
    """Send a request as it is written; return the status and the JSON."""
    place = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(*place)
    lines = [f"GET {target} HTTP/1.1", *headers, "Connection: close", "", ""]
    writer.write("\r\n".join(lines).encode())
    async with asyncio.timeout(20):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    assert b"x-content-type-options" in head.lower()
    return int(head.split()[1]), json.loads(body)


@pytest.mark.parametrize("host", HOSTS)
async def test_a_host_that_cannot_be_one_is_refused(
    server: Server, story: Story, host: str
) -> None:
    for path in ("/", story.bob.path, "/static/x", "/nowhere"):
        status, answer = await ask(server, path, f"Host: {host}")
        assert (status, answer["error"]) == (400, "invalid_request")
        assert "Host" in answer["message"]


@pytest.mark.parametrize("target", TARGETS)
async def test_a_target_that_is_none_is_refused(server: Server, target: str) -> None:
    status, answer = await ask(server, target, "Host: party.test")
    assert (status, answer["error"]) == (400, "invalid_request")
    assert "target" in answer["message"]


async def test_a_target_in_absolute_form_is_understood(server: Server) -> None:
    assert await ask(server, "http://party.test/healthz", "Host: party.test") == (
        200,
        {"status": "ok"},
    )


@pytest.mark.parametrize("rest", LOST, ids=len)
async def test_an_address_longer_than_any_of_ours_leads_nowhere(
    server: Server, api: Api, rest: str
) -> None:
    page = (await api.get("/")).body.decode()
    static = page.partition('stylesheet" href="')[2].partition("/css/")[0]
    for path in (f"{static}/{rest}", f"/{rest}", f"/chat/{rest}"):
        status, answer = await ask(server, path, "Host: party.test")
        assert (status, answer["error"]) == (404, "not_found")


@pytest.mark.parametrize("scheme", ["javascript", "https://evil.test/?", "", "ftp"])
async def test_a_proxy_can_only_say_http_or_https(
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

"""What trusted proxies say counts, and what their clients say does not."""

from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import new_story
from tests.support.server_process import Server

OUR = "party.example.org"

# (proxies, headers of the request, the origin of a link made by it)
CASES = [
    # The client's own values come first, and do not count.
    (1, {"For": "6.6.6.6, 192.0.2.1", "Proto": "http, https", "Host": f"evil.example, {OUR}"}),
    (
        2,
        {
            "For": "6.6.6.6, 192.0.2.1, 10.0.0.1",
            "Proto": "http, https, http",
            "Host": f"x, {OUR}, a",
        },
    ),
    # The inner proxy passes on what the outer one has set, and adds only its client.
    (2, {"For": "192.0.2.1, 10.0.0.1", "Proto": "https", "Host": OUR}),
    (1, {"For": "[2001:db8::1]:4711", "Proto": "https", "Host": OUR}),
]
STANDARD = [
    (1, f'for="[2001:db8::1]:4711";proto=https;host={OUR}'),
    (1, f"for=6.6.6.6;host=evil.example, For=192.0.2.1;Proto=https;Host={OUR}"),
    (2, f"for=6.6.6.6, for=192.0.2.1;proto=https;host={OUR}, for=10.0.0.1;proto=http;host=a"),
]


async def link(folder: Path, proxies: int, headers: dict[str, str]) -> str:
    async with Server(folder, trusted_proxies=str(proxies)) as server, Api(server.url) as api:
        story = await new_story(api)
        assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")
        made = (await api.post("/create", headers=headers)).ok()["magic_link"]
        return str(made).partition("/chat/")[0]


@pytest.mark.parametrize(("proxies", "values"), CASES)
async def test_the_outermost_of_our_proxies_counts(
    tmp_path: Path, proxies: int, values: dict[str, str]
) -> None:
    headers = {f"X-Forwarded-{name}": value for name, value in values.items()}
    assert await link(tmp_path, proxies, headers) == f"https://{OUR}"


@pytest.mark.parametrize(("proxies", "value"), STANDARD)
async def test_the_standard_header_counts(tmp_path: Path, proxies: int, value: str) -> None:
    assert await link(tmp_path, proxies, {"Forwarded": value}) == f"https://{OUR}"


@pytest.mark.parametrize(
    "value", ["", ",", ";;", 'for="', "for=;proto=;host=", "proto=javascript", "x" * 5_000, "=,="]
)
async def test_nonsense_is_ignored(tmp_path: Path, value: str) -> None:
    headers = {"Forwarded": value, "X-Forwarded-Proto": value}
    assert (await link(tmp_path, 1, headers)).startswith("http://127.0.0.1:")


async def test_each_client_behind_a_proxy_has_its_own_limits(tmp_path: Path) -> None:
    """With a port, with another spelling or through the standard header, it is the same client."""
    async with Server(tmp_path, trusted_proxies="1", limits="on") as server, Api(server.url) as api:
        forms = ["192.0.2.1", "192.0.2.1:80", "6.6.6.6, 192.0.2.1", "::ffff:192.0.2.1"]
        headers = [{"X-Forwarded-For": form} for form in forms] + [{"Forwarded": "for=192.0.2.1"}]
        statuses = [
            (await api.post("/create", headers=headers[n % len(headers)])).status for n in range(31)
        ]
        assert statuses == [200] * 30 + [429]
        other = {"X-Forwarded-For": "192.0.2.2"}
        assert (await api.post("/create", headers=other)).status == 200

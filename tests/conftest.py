"""The servers that tests talk to, and the people in them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.rate_limits import ADDRESS_A, ADDRESS_B, RateLimitClock
from tests.support.server_process import Server


@pytest.fixture(scope="session", autouse=True)
def no_server_is_left_running() -> Iterator[None]:
    """Kill and report every server that a test has started and not stopped."""
    yield
    left = [*Server.running]
    for server in left:
        server.kill()
    assert [server.process.args for server in left] == []


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that do not stop it."""
    with Server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    """A server for one test, which may stop it."""
    with Server(tmp_path) as server:
        yield server


@pytest.fixture
async def api(server: Server) -> AsyncIterator[Api]:
    """A client of the shared server, without a credential of its own."""
    async with Api(server.url) as api:
        yield api


@pytest.fixture
async def story(api: Api) -> Story:
    """A fresh chat with Alice and Bob in it, and Charlie outside."""
    return await new_story(api)


@pytest.fixture
def clock(tmp_path: Path) -> RateLimitClock:
    """The clock of the limited server, which stands still until a test advances it."""
    return RateLimitClock(tmp_path)


@pytest.fixture
def limited_server(tmp_path: Path, clock: RateLimitClock) -> Iterator[Server]:
    """A server with its rate limits on, behind one trusted proxy."""
    with Server(tmp_path, clock.command, limits="on", trusted_proxies="1") as server:
        yield server


@pytest.fixture
async def client_a(limited_server: Server) -> AsyncIterator[Api]:
    """A client of the limited server, at one address."""
    async with Api(limited_server.url, ADDRESS_A) as api:
        yield api


@pytest.fixture
async def client_b(limited_server: Server) -> AsyncIterator[Api]:
    """A client of the limited server, at another address."""
    async with Api(limited_server.url, ADDRESS_B) as api:
        yield api

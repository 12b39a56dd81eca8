"""The server every test talks to, and the people in it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.addresses import HOUSE, OTHER_HOUSE
from tests.support.api_client import Api
from tests.support.api_fixtures import Story, tell
from tests.support.server_process import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that do not stop it."""
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    assert server.stop() == 0
    assert "Traceback" not in server.log()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """A server for one test, which may hinder and stop it, and must end well."""
    server = Server(tmp_path)
    yield server
    assert server.stop() == 0
    assert "Traceback" not in server.log()


@pytest.fixture
async def api(server: Server) -> AsyncIterator[Api]:
    """A client of that server, nobody in particular."""
    async with Api(server.url) as api:
        yield api


@pytest.fixture
async def story(api: Api) -> Story:
    """A fresh chat with Alice and Bob in it, and Charlie outside."""
    return await tell(api)


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Server]:
    """A server as it ships, limits and all, behind one proxy of its operator's."""
    server = Server(tmp_path, limits="on", trusted_proxies="1")
    yield server
    assert server.stop() == 0
    assert "Traceback" not in server.log()


@pytest.fixture
async def house(limited: Server) -> AsyncIterator[Api]:
    """A client of that server, at one address."""
    async with Api(limited.url, HOUSE) as api:
        yield api


@pytest.fixture
async def other(limited: Server) -> AsyncIterator[Api]:
    """And one at another."""
    async with Api(limited.url, OTHER_HOUSE) as api:
        yield api

"""A server that drops idle connections soon, and a chat in it with a secret."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.api_client import Api
from tests.support.api_fixtures import Story, new_story
from tests.support.raw_socket import SECRET, start_impatient_server
from tests.support.server_process import Server


@pytest.fixture(scope="module")
def impatient_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with start_impatient_server(tmp_path_factory.mktemp("raw"), seconds=1) as server:
        yield server


@pytest.fixture
async def secret_story(impatient_server: Server) -> AsyncIterator[Story]:
    async with Api(impatient_server.url) as api:
        story = await new_story(api)
        await story.alice.say(SECRET)
        yield story

"""A thousand clients that hang up while they wait leave nothing behind."""

import asyncio
import gc
import inspect
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config

from tests.support.api_client import Api
from tests.support.api_fixtures import Person, Story, new_story
from tests.support.load_clients import HOLD, Connection, Reader, connect_many, hold, start_server
from tests.support.raw_socket import open_files
from tests.support.server_process import Server, configured
from tests.support.waiting import until
from watchparty import assets
from watchparty.app import create_app
from watchparty.party import chat_cache
from watchparty.party.chat import CHAT_SIZE, Chat
from watchparty.party.service import ChatService
from watchparty.party.validation import Draft
from watchparty.server.sockets import listen
from watchparty.settings import Settings
from watchparty.web.waiting.waiter import PollWaiter, StreamWaiter

CROWD = 1_000
IDLE = 100
ROUNDS = 3
WARM = 100  # empty chats that stay in memory here
GROWTH = 30  # MB between the first round and the last, as much as 1,000 leaked polls would take


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with start_server(tmp_path_factory.mktemp("hanging_up")) as server:
        yield server


@asynccontextmanager
async def served_here(folder: Path) -> AsyncIterator[tuple[ChatService, str]]:
    """Serve on real sockets in this event loop, so that a test can inspect tasks and objects."""
    app = create_app(Settings(store=f"sqlite:{folder / 'party.db'}", limits=False))
    service: ChatService = app.extensions["watchparty.service"]
    config = Config.from_toml(assets.find("hypercorn.toml"))
    config.bind, config.workers, config.loglevel = ["127.0.0.1:0"], 1, "WARNING"
    [announced] = listen(config)
    stopped = asyncio.Event()
    serving = asyncio.create_task(serve(app, config, shutdown_trigger=stopped.wait))
    try:
        yield service, announced.split()[-1]
    finally:
        service.stop()
        stopped.set()
        await serving


async def test_a_server_frees_all_connections_and_memory_after_a_thousand_clients_vanish(
    server: Server, story: Story
) -> None:
    before, sizes = open_files(server), []
    for round_ in range(ROUNDS):
        async with connect_many(server.url, CROWD) as connections:
            readers = [reader_of(story.bob, connection, since=round_) for connection in connections]
            await hold(readers, server)
            assert open_files(server) >= before + CROWD
            disconnect(connections)
            await until(lambda: open_files(server) <= before, "connections were left open")
        sizes.append(megabytes(server))
        await story.alice.say(f"Still here after round {round_}")
        assert (await story.bob.read(since=round_))["last_id"] == round_ + 1
        refusal = await story.charlie.try_to_read(story.chat_id, since=0, wait=HOLD)
        assert refusal.error == (403, "forbidden")
    assert sizes[-1] - sizes[0] < GROWTH, sizes
    assert "Traceback" not in server.log()


async def test_a_client_that_hangs_up_between_two_polls_is_kept_as_long_as_an_idle_connection(
    tmp_path: Path,
) -> None:
    with start_server(tmp_path, *configured(tmp_path, keep_alive_timeout=1)) as server:
        async with Api(server.url) as api:
            story = await new_story(api)
            before = open_files(server)
            async with connect_many(server.url, IDLE) as connections:
                for connection in connections[IDLE // 2 :]:  # the others never ask for anything
                    refusal = await connection.get(
                        story.bob.path, story.charlie.session_token, since=0
                    )
                    assert refusal.error == (403, "forbidden")
                assert open_files(server) >= before + IDLE
                disconnect(connections)
                await until(lambda: open_files(server) <= before, "connections were left open")
            assert (await story.bob.read(since=0))["messages"] == []


async def test_a_thousand_clients_that_vanish_leave_no_task_and_no_waiter(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with served_here(tmp_path) as (_, url), Api(url) as api:
        story = await new_story(api)
        before = len(asyncio.all_tasks())
        async with connect_many(url, CROWD) as connections:
            for connection in connections:
                reader_of(story.bob, connection).ask()
            await until(lambda: polls_held() == CROWD, "not all polls were held")
            assert len(asyncio.all_tasks()) > before + CROWD
            disconnect(connections)
            await until(lambda: polls_held() == 0, "some polls are still held")
            await until(lambda: len(asyncio.all_tasks()) <= before, "tasks were left behind")
        assert (await story.bob.read(since=0))["messages"] == []
        refusal = await story.charlie.try_to_read(story.chat_id, since=0, wait=HOLD)
        assert refusal.error == (403, "forbidden")
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_chat_stays_in_memory_as_long_as_somebody_waits_and_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_cache, "CACHE_BYTES", WARM * CHAT_SIZE)
    async with served_here(tmp_path) as (service, url):
        async with Api(url) as api:
            story = await new_story(api)
        async with connect_many(url, 2) as [bob, charlie]:
            reader = reader_of(story.bob, bob)
            reader.ask()
            await until(lambda: polls_held() == 1, "Bob was not held")
            await open_many_chats(service)
            assert story.chat_id in chats_in_memory()
            access = await service.authorize(story.chat_id, story.alice.session_token)
            await access.chat.say(access.member, Draft("You are not forgotten"))
            del access
            assert await reader.receive() == [1]
            reader.ask()
            await until(lambda: polls_held() == 1, "Bob was not held again")
            await open_many_chats(service)
            assert story.chat_id in chats_in_memory()
            bob.vanish()
            await until(lambda: story.chat_id not in chats_in_memory(), "the chat was kept")
            assert len(chats_in_memory()) <= WARM
            refusal = await charlie.get(story.bob.path, story.charlie.session_token, wait=HOLD)
            assert refusal.error == (403, "forbidden")


def disconnect(connections: list[Connection]) -> None:
    """Close half of the connections with a FIN and the others with a reset."""
    for number, connection in enumerate(connections):
        if number % 2:
            connection.hang_up()
        else:
            connection.vanish()


def reader_of(person: Person, connection: Connection, since: int = 0) -> Reader:
    return Reader(connection, person.path, person.session_token, since)


async def open_many_chats(service: ChatService) -> None:
    """Open enough chats to evict the earlier ones from the cache."""
    await asyncio.gather(*(service.create(None, None) for _ in range(WARM)))


def polls_held() -> int:
    """Count the requests that wait in this process."""
    codes = {PollWaiter.next.__code__, StreamWaiter.next.__code__}
    return sum(one.cr_code in codes for one in gc.get_objects() if inspect.iscoroutine(one))


def chats_in_memory() -> set[int]:
    gc.collect()
    return {one.chat_id for one in gc.get_objects() if isinstance(one, Chat)}


def megabytes(server: Server) -> float:
    """Return the resident memory of the server in MB (VmRSS)."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    [kilobytes] = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
    return int(kilobytes) / 1024

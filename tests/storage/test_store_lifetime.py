"""A server forgets everything when its store is emptied or is in memory only."""

from pathlib import Path

from tests.support.api_client import Api
from tests.support.api_fixtures import host, new_story
from tests.support.server_process import Server


async def test_an_emptied_store_has_another_epoch_and_no_users(fresh_server: Server) -> None:
    async with Api(fresh_server.url) as api:
        story = await new_story(api)
        await story.alice.say("Soon gone")
        before = await story.bob.read()
        assert fresh_server.stop() == 0
        fresh_server.database.unlink()
        fresh_server.start_again()
        for person in (story.alice, story.bob, story.charlie):
            assert (await person.try_to_read(story.chat_id)).error == (403, "forbidden")
            refusal = await api.post("/create", person.auth_key)
            assert refusal.error == (401, "invalid_credentials")
        _, made = await host(api, "Alice")
        assert made["epoch"] != before["epoch"]


async def test_a_store_in_memory_leaves_nothing_behind(tmp_path: Path) -> None:
    working_folder = tmp_path / "working_folder"
    working_folder.mkdir()
    async with (
        Server(tmp_path, cwd=working_folder, store="sqlite::memory:") as server,
        Api(server.url) as api,
    ):
        story = await new_story(api)
        assert (await story.alice.say("Keep it to yourself"))["id"] == 1
        assert (await story.charlie.try_to_read(story.chat_id)).error == (403, "forbidden")
    assert list(working_folder.iterdir()) == []
    assert not server.database.exists()

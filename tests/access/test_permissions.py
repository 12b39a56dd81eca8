"""The server follows the table of permissions in docs/api.md; outsiders may do nothing."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.answers import FORBIDDEN
from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Person, guest, host

API = Path(__file__).parents[2] / "docs" / "api.md"
ROLES = ("host", "co-host", "guest", "viewer")


@dataclass
class Scene:
    """A chat with a host and two members of each other role: one acts, the other is acted on."""

    api: Api
    people: dict[str, Person]
    others: dict[str, int]
    chat_id: int

    async def ask(self, method: str, path: str, token: str | None, **fields: str) -> Answer:
        how = {"json": fields} if fields else {}
        return await self.api.call(method, f"/{self.chat_id}{path}", token, **how)


Action = Callable[[Scene, str | None, str], Awaitable[Answer]]


async def new_scene(api: Api) -> Scene:
    """Create a chat for one action, because most actions change their chat."""
    alice, made = await host(api, "Alice")
    chat_id, token = made["chat_id"], alice.session_token
    invites = (await api.get(f"/{chat_id}/invite", token)).ok()["invites"]
    keys = {invite["role"]: invite["magic_key"] for invite in invites}
    people, others = {"host": alice}, {"host": 1}
    for number, role in enumerate(("co-host", "guest", "viewer") * 2):
        key = keys["viewer" if role == "viewer" else "guest"]
        person = await guest(api, f"{role} {number}", chat_id, key)
        if role == "co-host":
            path = f"/{chat_id}/members/{number + 2}"
            (await api.call("PUT", path, token, json={"role": "cohost"})).ok()
        people.setdefault(role, person)
        others[role] = number + 2
    for person in (alice, people["co-host"], people["guest"]):
        await person.say(f"{person.name} was here")
    return Scene(api, people, others, chat_id)


def removing(role: str) -> Action:
    async def remove(scene: Scene, token: str | None, who: str) -> Answer:
        return await scene.ask("DELETE", f"/members/{scene.others[role]}", token)

    return remove


async def read(scene: Scene, token: str | None, who: str) -> Answer:
    return await scene.ask("GET", "?since=0", token)


async def say(scene: Scene, token: str | None, who: str) -> Answer:
    return await scene.ask("POST", "", token, body="Hello")


async def see_guest_link(scene: Scene, token: str | None, who: str) -> Answer:
    return await scene.ask("GET", "/invite", token)


async def get_guest_code(scene: Scene, token: str | None, who: str) -> Answer:
    return await scene.ask("GET", "/invite/qr", token)


async def get_viewer_code(scene: Scene, token: str | None, who: str) -> Answer:
    return await scene.ask("GET", "/invite/qr?role=viewer", token)


async def replace(scene: Scene, token: str | None, who: str) -> Answer:
    return await scene.ask("POST", "/invite", token, role="viewer")


async def delete_message(scene: Scene, token: str | None, who: str) -> Answer:
    return await scene.ask("DELETE", "/messages/1" if who != "host" else "/messages/2", token)


async def name_co_host(scene: Scene, token: str | None, who: str) -> Answer:
    return await scene.ask("PUT", f"/members/{scene.others['guest']}", token, role="cohost")


async def change_topic(scene: Scene, token: str | None, who: str) -> Answer:
    return await scene.ask("PUT", "/topic", token, topic="Laura")


async def burn(scene: Scene, token: str | None, who: str) -> Answer:
    return await scene.ask("DELETE", "", token)


ACTIONS: dict[str, Action] = {
    "read": read,
    "post a message": say,
    "see the link for guests": see_guest_link,
    "see the link for viewers": see_guest_link,
    "get the QR code for guests": get_guest_code,
    "get the QR code for viewers": get_viewer_code,
    "replace a link": replace,
    "delete a message": delete_message,
    "remove a guest or viewer": removing("guest"),
    "remove a co-host": removing("co-host"),
    "remove the host": removing("host"),
    "name a co-host": name_co_host,
    "change the topic": change_topic,
    "burn the chat": burn,
}


def table() -> dict[str, dict[str, str]]:
    """Return the table in the document, by action and role."""
    text = API.read_text(encoding="utf-8")
    [rows] = re.findall(r"^\| \| host \|.*\n\|[ -|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    cells = [[cell.strip() for cell in row.strip("|\n").split("|")] for row in rows.splitlines()]
    return {action: dict(zip(ROLES, said, strict=True)) for action, *said in cells}


TABLE = table()


def test_the_table_lists_every_action() -> None:
    assert TABLE.keys() == ACTIONS.keys()


@pytest.mark.parametrize("action", TABLE)
@pytest.mark.parametrize("role", ROLES)
async def test_each_role_may_do_what_the_table_allows(api: Api, action: str, role: str) -> None:
    scene = await new_scene(api)
    answer = await ACTIONS[action](scene, scene.people[role].session_token, role)
    if action.startswith("see the link"):
        wanted = "viewer" if "viewers" in action else "guest"
        shown = answer.status == 200 and wanted in {i["role"] for i in answer.json["invites"]}
        assert ("yes" if shown else "no") == TABLE[action][role]
    elif TABLE[action][role] == "yes":
        answer.ok()
    elif action == "remove the host" and role == "host":
        answer.ok()  # there is a co-host who takes over
    else:
        assert answer.error == (403, "not_allowed")


@pytest.mark.parametrize("role", ["co-host", "guest", "viewer"])
async def test_everybody_may_delete_their_own_messages_and_leave(api: Api, role: str) -> None:
    scene = await new_scene(api)
    person = scene.people[role]
    me = (await person.read())["member_id"]
    for id_ in range(1, 4):
        message = (await person.read())["messages"][id_ - 1]
        if message["member_id"] == me:
            (await scene.ask("DELETE", f"/messages/{id_}", person.session_token)).ok()
    (await scene.ask("DELETE", f"/members/{me}", person.session_token)).ok()
    assert (await read(scene, person.session_token, role)).error == FORBIDDEN


@pytest.mark.parametrize("action", TABLE)
async def test_an_outsider_gets_the_same_answers_for_a_chat_that_never_existed(
    api: Api, action: str
) -> None:
    scene = await new_scene(api)
    charlie, _ = await host(api, "Charlie")
    removed = scene.people["viewer"]
    path = f"/members/{(await removed.read())['member_id']}"
    (await scene.ask("DELETE", path, scene.people["host"].session_token)).ok()
    nowhere = Scene(api, {}, scene.others, 99)
    for token in (charlie.session_token, charlie.auth_key, removed.session_token, "x"):
        answer = await ACTIONS[action](scene, token, "outside")
        assert answer.error == FORBIDDEN
        assert answer.body == (await ACTIONS[action](nowhere, token, "outside")).body
    assert (await ACTIONS[action](scene, None, "outside")).error == (401, "missing_credentials")
    assert (await scene.people["host"].read())["last_id"] == 3

"""Calls that change a chat or its members."""

from typing import Any

from tests.support.api_client import Answer, Api
from tests.support.api_fixtures import Person


async def put(person: Person, path: str, **fields: Any) -> Answer:
    return await person.api.call("PUT", person.path + path, person.session_token, json=fields)


async def delete(person: Person, path: str = "") -> Answer:
    return await person.api.call("DELETE", person.path + path, person.session_token)


async def links(person: Person) -> dict[str, str]:
    """The links that somebody may hand on, by role."""
    answer = await person.api.get(f"{person.path}/invite", person.session_token)
    return {invite["role"]: invite["magic_key"] for invite in answer.ok()["invites"]}


async def try_to_join(api: Api, chat_id: int, magic_key: str) -> Answer:
    return await api.post(f"/{chat_id}/join", json={"magic_key": magic_key, "username": "Dora"})

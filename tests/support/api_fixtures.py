"""Alice hosts a chat, Bob is her guest, and Charlie is an outsider with a chat of his own."""

from dataclasses import dataclass
from typing import Any

from tests.support.api_client import Answer, Api


@dataclass
class Person:
    """Somebody with an auth key and a session in one chat."""

    api: Api
    name: str
    auth_key: str
    chat_id: int
    session_token: str

    @property
    def path(self) -> str:
        return f"/{self.chat_id}"

    async def say(self, body: str) -> Any:
        return (await self.api.post(self.path, self.session_token, json={"body": body})).ok()

    async def read(self, **query: Any) -> Any:
        return (await self.api.get(self.path, self.session_token, params=query)).ok()

    async def try_to_read(self, chat_id: int, **query: Any) -> Answer:
        """Request any chat with this person's own session token."""
        return await self.api.get(f"/{chat_id}", self.session_token, params=query)


@dataclass
class Story:
    """One chat with its host Alice and its guest Bob, and the outsider Charlie."""

    alice: Person
    bob: Person
    charlie: Person
    chat_id: int
    magic_key: str
    magic_link: str


async def host(api: Api, name: str) -> tuple[Person, Any]:
    """Start a chat as a new person."""
    auth_key = (await api.post("/auth", json={"username": name})).ok()["auth_key"]
    made = (await api.post("/create", auth_key)).ok()
    return Person(api, name, auth_key, made["chat_id"], made["session_token"]), made


async def guest(api: Api, name: str, chat_id: int, magic_key: str) -> Person:
    """Join a chat as a new person."""
    auth_key = (await api.post("/auth", json={"username": name})).ok()["auth_key"]
    path = f"/{chat_id}/join"
    joined = (await api.post(path, auth_key, json={"magic_key": magic_key})).ok()
    return Person(api, name, auth_key, chat_id, joined["session_token"])


async def new_story(api: Api) -> Story:
    """Create the chat of Alice and Bob, and one of Charlie."""
    alice, made = await host(api, "Alice")
    bob = await guest(api, "Bob", made["chat_id"], made["magic_key"])
    charlie, _ = await host(api, "Charlie")
    return Story(alice, bob, charlie, made["chat_id"], made["magic_key"], made["magic_link"])


async def put(person: Person, path: str, **fields: Any) -> Answer:
    return await person.api.call("PUT", person.path + path, person.session_token, json=fields)


async def delete(person: Person, path: str = "") -> Answer:
    return await person.api.call("DELETE", person.path + path, person.session_token)


async def magic_keys(person: Person) -> dict[str, str]:
    """Return the magic keys that a member may share, by role."""
    answer = await person.api.get(f"{person.path}/invite", person.session_token)
    return {invite["role"]: invite["magic_key"] for invite in answer.ok()["invites"]}


async def try_to_join(api: Api, chat_id: int, magic_key: str) -> Answer:
    return await api.post(f"/{chat_id}/join", json={"magic_key": magic_key, "username": "Dora"})

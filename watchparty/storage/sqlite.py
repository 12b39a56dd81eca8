"""Everything in one SQLite file, through one connection."""

import asyncio

from aiosqlite import Connection

from watchparty.party.errors import Forbidden
from watchparty.party.store import Store
from watchparty.party.values import ChatRecord, Member, Message, Role, Session, User
from watchparty.party.words import Draft
from watchparty.storage import statements
from watchparty.storage.database import Database, open_database
from watchparty.storage.group_commit import T, Work


class SqliteStore(Store):
    """The embedded store: a file, or `:memory:` for one that is gone with the process."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._opening = asyncio.Lock()
        self._database: Database | None = None

    async def open(self) -> None:
        await self._opened()

    async def close(self) -> None:
        if self._database is not None:
            opened, self._database = self._database, None
            await opened.close()

    async def epoch(self) -> str:
        return (await self._opened()).epoch

    async def add_user(self, credential: bytes, username: str) -> User:
        return await self._run(lambda db: statements.insert_user(db, credential, username))

    async def rename_user(self, user_id: int, username: str) -> None:
        await self._run(lambda db: statements.update_username(db, user_id, username))

    async def find_holder(self, credential: bytes) -> Session | User | None:
        return await self._run(lambda db: statements.select_holder(db, credential))

    async def add_chat(self, chat_id: int, magic_key: str, host: User, credential: bytes) -> bool:
        async def work(db: Connection) -> bool:
            if not await statements.insert_chat(db, chat_id, magic_key):
                return False
            await _seat(db, chat_id, host, "host", credential)
            return True

        return await self._run(work)

    async def load_chat(self, chat_id: int) -> ChatRecord | None:
        return await self._run(lambda db: statements.select_chat(db, chat_id))

    async def find_magic_key(self, chat_id: int) -> str | None:
        return await self._run(lambda db: statements.select_magic_key(db, chat_id))

    async def find_member_id(self, chat_id: int, user_id: int) -> int | None:
        member = await self._run(lambda db: statements.select_member(db, chat_id, user_id))
        return None if member is None else member.member_id

    async def add_member(self, chat_id: int, user: User, role: Role, credential: bytes) -> Member:
        return await self._run(lambda db: _seat(db, chat_id, user, role, credential))

    async def append(self, chat_id: int, author: Member, draft: Draft) -> Message:
        message = await self._run(
            lambda db: statements.insert_message(db, chat_id, author, draft.body)
        )
        if message is None:
            raise Forbidden
        return message

    async def _run(self, work: Work[T]) -> T:
        return await (await self._opened()).writer.run(work)

    async def _opened(self) -> Database:
        async with self._opening:
            if self._database is None:
                self._database = await open_database(self._path)
            return self._database


async def _seat(db: Connection, chat_id: int, user: User, role: Role, credential: bytes) -> Member:
    await statements.insert_member(db, chat_id, user, role)
    member = await statements.select_member(db, chat_id, user.user_id)
    if member is None:
        raise Forbidden
    await statements.insert_session(db, credential, Session(chat_id, member.member_id))
    return member

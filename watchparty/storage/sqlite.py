"""Everything in one SQLite file, through one connection."""

import asyncio
from contextlib import suppress
from pathlib import Path

from aiosqlite import Connection

from watchparty.party.changes import Change
from watchparty.party.errors import Forbidden, StoreUnavailable
from watchparty.party.models import (
    ChatRecord,
    Invites,
    Member,
    Receipt,
    Session,
    Standing,
    Start,
    User,
)
from watchparty.party.store import Permit, Store, granted
from watchparty.party.validation import Draft
from watchparty.storage.connection import Database, open_database
from watchparty.storage.group_commit import T, Work
from watchparty.storage.queries import chats, expiry, idempotency, moderation


class SqliteStore(Store):
    """The embedded store: a file, or `:memory:` for one that is gone with the process."""

    def __init__(self, path: str) -> None:
        # One file has one lock, whatever it is called.
        self._path = path if path == ":memory:" else str(Path(path).resolve())
        self._opening = asyncio.Lock()
        self._scrubbed = True
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
        return await self._write(lambda db: chats.insert_user(db, credential, username))

    async def rename_user(self, user_id: int, username: str) -> None:
        await self._write(lambda db: chats.update_username(db, user_id, username))

    async def find_holder(self, credential: bytes) -> Session | User | None:
        return await self._read(lambda db: chats.select_holder(db, credential))

    async def add_chat(
        self, start: Start, credential: bytes, permit: Permit = granted
    ) -> int | None:
        return await self._write(lambda db: _start(db, start, credential, permit))

    async def load_chat(self, chat_id: int) -> ChatRecord | None:
        return await self._read(lambda db: chats.select_chat(db, chat_id))

    async def find_invites(self, chat_id: int) -> Invites | None:
        return await self._read(lambda db: chats.select_invites(db, chat_id))

    async def find_member_id(self, chat_id: int, user_id: int) -> int | None:
        member = await self._read(lambda db: chats.select_member(db, chat_id, user_id))
        return None if member is None else member.member_id

    async def add_member(
        self, chat_id: int, user: User, magic_key: str, credential: bytes, most: int | None
    ) -> tuple[Member, Standing]:
        return await self._write(
            lambda db: moderation.add_member(db, chat_id, user, magic_key, credential, most)
        )

    async def change(self, chat_id: int, actor: Member, change: Change) -> Standing:
        return await self._write(lambda db: moderation.change(db, chat_id, actor, change))

    async def delete_chat(self, chat_id: int, actor: Member) -> None:
        await self._write(lambda db: moderation.delete_chat(db, chat_id, actor))

    async def scrub(self) -> None:
        self._scrubbed = False
        with suppress(StoreUnavailable):  # the next sweep tries again
            self._scrubbed = await (await self._opened()).scrub()

    async def expire(self, before: int) -> list[int]:
        async def work(db: Connection) -> list[int]:
            await expiry.delete_dead_keys(db)
            await expiry.delete_absent_users(db)
            return await expiry.delete_idle_chats(db, before)

        expired = await self._write(work)
        if expired or not self._scrubbed:
            await self.scrub()
        return expired

    async def append(
        self, chat_id: int, author: Member, draft: Draft, permit: Permit = granted
    ) -> Receipt:
        return await self._write(lambda db: _append(db, chat_id, author, draft, permit))

    async def _read(self, work: Work[T]) -> T:
        return await (await self._opened()).writer.read(work)

    async def _write(self, work: Work[T]) -> T:
        return await (await self._opened()).writer.write(work)

    async def _opened(self) -> Database:
        async with self._opening:
            if self._database is None:
                self._database = await open_database(self._path)
            return self._database


async def _append(
    db: Connection, chat_id: int, author: Member, draft: Draft, permit: Permit
) -> Receipt:
    if draft.key is not None:
        kept = await idempotency.find_message(db, chat_id, author, draft)
        if kept is not None:
            return Receipt(kept, replayed=True)
        permit()
    message = await chats.insert_message(db, chat_id, author, draft)
    if message is None:
        raise Forbidden
    if draft.key is not None:
        await idempotency.insert_message(db, chat_id, message, draft.key)
    return Receipt(message)


async def _start(db: Connection, start: Start, credential: bytes, permit: Permit) -> int | None:
    chat_id = None if start.key is None else await idempotency.find_chat(db, start)
    if chat_id is None:
        if start.key is not None:
            permit()
        if not await chats.insert_chat(db, start):
            return None
        chat_id = start.chat_id
        await chats.insert_member(db, chat_id, start.host, "host")
        if start.key is not None:
            await idempotency.insert_chat(db, start, start.key)
    host = await chats.select_member(db, chat_id, start.host.user_id)
    if host is None:
        raise Forbidden  # they left it, or were removed: a repeat is no way back
    await chats.insert_session(db, credential, Session(chat_id, host.member_id))
    return chat_id

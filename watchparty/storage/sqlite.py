"""The store in one SQLite file."""

import asyncio
from contextlib import suppress
from pathlib import Path

from aiosqlite import Connection

from watchparty.party.errors import StoreUnavailable
from watchparty.party.models import (
    AppendResult,
    ChatRecord,
    ChatState,
    Created,
    Invites,
    Joined,
    Member,
    NewChat,
    NewUser,
    Session,
    User,
)
from watchparty.party.moderation import Change
from watchparty.party.store import RateCheck, Store, no_check
from watchparty.party.validation import Draft
from watchparty.storage import transactions
from watchparty.storage.connection import Database, open_database
from watchparty.storage.group_commit import T, Work
from watchparty.storage.queries import chats, expiry, members, messages, users


class SqliteStore(Store):
    """The embedded store: a file, or `:memory:`, which lasts as long as the process."""

    def __init__(self, path: str) -> None:
        # Resolved, because the name of the lock file is derived from it.
        self._path = path if path == ":memory:" else str(Path(path).resolve())
        self._opening = asyncio.Lock()
        self._scrubbed = True
        self._is_closed = False
        self._database: Database | None = None

    async def open(self) -> None:
        self._is_closed = False
        await self._ensure_open()

    async def close(self) -> None:
        async with self._opening:
            self._is_closed = True
            if self._database is not None:
                opened, self._database = self._database, None
                await opened.close()

    async def epoch(self) -> str:
        return (await self._ensure_open()).epoch

    async def add_user(self, credential: bytes, username: str) -> User:
        return await self._write(lambda db: users.insert_user(db, credential, username))

    async def rename_user(self, user_id: int, username: str) -> None:
        await self._write(lambda db: users.update_username(db, user_id, username))

    async def find_by_credential(self, credential: bytes) -> Session | User | None:
        return await self._read(lambda db: users.select_by_credential(db, credential))

    async def add_chat(
        self, chat: NewChat, credential: bytes, check_rate: RateCheck = no_check
    ) -> Created | None:
        return await self._write(lambda db: transactions.add_chat(db, chat, credential, check_rate))

    async def load_chat(self, chat_id: int) -> ChatRecord | None:
        return await self._read(lambda db: chats.select_chat(db, chat_id))

    async def find_invites(self, chat_id: int) -> Invites | None:
        return await self._read(lambda db: chats.select_invites(db, chat_id))

    async def find_member_id(self, chat_id: int, user_id: int) -> int | None:
        member = await self._read(lambda db: members.select_member(db, chat_id, user_id))
        return None if member is None else member.member_id

    async def add_member(
        self,
        chat_id: int,
        user: User | NewUser,
        magic_key: str,
        credential: bytes,
        members_max: int | None,
    ) -> Joined:
        return await self._write(
            lambda db: transactions.add_member(
                db, chat_id, user, magic_key, credential, members_max
            )
        )

    async def change(self, chat_id: int, actor: Member, change: Change) -> ChatState:
        return await self._write(lambda db: transactions.change(db, chat_id, actor, change))

    async def delete_chat(self, chat_id: int, actor: Member) -> None:
        await self._write(lambda db: transactions.delete_chat(db, chat_id, actor))

    async def scrub(self) -> None:
        self._scrubbed = False
        with suppress(StoreUnavailable):  # the next sweep tries again
            self._scrubbed = await (await self._ensure_open()).scrub()

    async def expire(self, before: int) -> list[int]:
        async def work(db: Connection) -> list[int]:
            await expiry.delete_expired_keys(db)
            await expiry.delete_absent_users(db)
            return await expiry.delete_idle_chats(db, before)

        scrubbed = self._scrubbed
        expired = await self._write(work)
        self._scrubbed = scrubbed and not expired
        if not self._scrubbed:  # texts that left the window are still in the write-ahead log
            await self.scrub()
        return expired

    async def append(
        self, chat_id: int, author: Member, draft: Draft, check_rate: RateCheck = no_check
    ) -> AppendResult:
        return await self._write(
            lambda db: messages.append_message(db, chat_id, author, draft, check_rate)
        )

    async def _read(self, work: Work[T]) -> T:
        return await (await self._ensure_open()).group_commit.read(work)

    async def _write(self, work: Work[T]) -> T:
        self._scrubbed = False
        return await (await self._ensure_open()).group_commit.write(work)

    async def _ensure_open(self) -> Database:
        async with self._opening:
            if self._is_closed:
                raise StoreUnavailable
            if self._database is None:
                self._database = await open_database(self._path)
            return self._database

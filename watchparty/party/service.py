"""Users and chats: register, create, join, authorize, delete."""

from cachetools import LRUCache
from msgspec import Struct
from msgspec.structs import replace

from watchparty.party import timestamps, tokens
from watchparty.party.chat import Chat
from watchparty.party.chat_cache import ChatCache
from watchparty.party.errors import Forbidden, InvalidCredentials, InvalidInvite, NotAllowed
from watchparty.party.models import Invites, Member, NewChat, NewUser, Session, User
from watchparty.party.store import RateCheck, Store, no_check
from watchparty.party.uncancellable import uncancellable
from watchparty.party.validation import DEFAULT_NAME

NO_INVITES = Invites("", "")

MEMBERS_MAX = 200  # per chat; each join sends the member list, 12 KB, to every member

CREDENTIALS_REMEMBERED = 50_000  # about 300 bytes each


class Identity(Struct, frozen=True):
    """A user, and the auth key if it was created just now: only its hash is stored."""

    user: User
    auth_key: str | None = None


class ChatAccess(Struct, frozen=True):
    """A member and their chat: how a request gets access to a chat."""

    chat: Chat
    member: Member

    @property
    def member_key(self) -> str:
        """Return a key that is unique among the members of all chats."""
        return f"{self.chat.chat_id}/{self.member.member_id}"


class Admission(Struct, frozen=True):
    """A new session of a member, and the auth key if it was created just now.

    `guest_key` is the magic key of guests as of the moment of the admission, or None for viewers:
    somebody removed a moment later must not see the next one. `replayed` is True if the request
    repeats the one that created the chat.
    """

    access: ChatAccess
    session_token: str
    auth_key: str | None
    guest_key: str | None
    replayed: bool = False


class ChatService:
    """Users, chats and the access to them."""

    def __init__(self, store: Store, members_max: int | None = None) -> None:
        """Use `store`; without `members_max`, a chat is never full."""
        self.store = store
        self._members_max = members_max
        self.chats = ChatCache(store)
        # The member id of each recently used credential. Each lookup checks that the member is
        # still in the chat; somebody who is removed and joins again gets another member id.
        self._member_ids: LRUCache[tuple[int, bytes], int] = LRUCache(CREDENTIALS_REMEMBERED)

    async def register(self, username: str) -> tuple[User, str]:
        """Create a user; return them and their auth key."""
        auth_key = tokens.new_secret()
        return await self.store.add_user(tokens.hash_secret(auth_key), username), auth_key

    async def rename(self, auth_key: str, username: str) -> None:
        """Change a user's name in the chats they join from now on. Raises InvalidCredentials."""
        user = await self._find_user(auth_key)
        await self.store.rename_user(user.user_id, username)

    @uncancellable
    async def create(
        self,
        auth_key: str | None,
        username: str | None,
        key: str | None = None,
        check_rate: RateCheck = no_check,
    ) -> Admission:
        """Create a chat with its host in it; with a `key` used before, return that chat.

        A key counts only together with an auth key: anonymous users cannot be recognized.
        Raises InvalidCredentials, KeyReused, and what `check_rate` raises unless it is a repeat.
        """
        if auth_key is None or key is None:
            check_rate()
        host = await self._identify(auth_key, username)
        token = tokens.new_secret()
        template = NewChat(0, Invites.new(), host.user, key if auth_key else None, username or "")
        created = None
        while created is None:  # retry while the id is taken, which is rare
            chat = replace(template, chat_id=tokens.new_chat_id())
            created = await self.store.add_chat(chat, tokens.hash_secret(token), check_rate)
        self._forget(created.chat_id, created.ended)
        access = await self.authorize(created.chat_id, token)
        guest_key = access.chat.state.invites.guest_for(access.member.role)
        replayed = created.chat_id != chat.chat_id
        return Admission(access, token, host.auth_key, guest_key, replayed)

    @uncancellable
    async def join(
        self, chat_id: int, magic_key: str, auth_key: str | None, username: str | None
    ) -> Admission:
        """Add somebody who has a valid magic key, or add a session for an existing member.

        Raises InvalidCredentials for an unknown auth key, InvalidInvite when the magic key does
        not open this chat or there is no such chat, and ChatFull.
        """
        known = await self._identify(auth_key, username) if auth_key is not None else None
        if known is None or not await self._is_member(chat_id, known.user):
            await self._check_invite(chat_id, magic_key)
        auth_key = tokens.new_secret() if known is None else None
        newcomer = known.user if known else NewUser.of(auth_key or "", username or DEFAULT_NAME)
        token = tokens.new_secret()
        credential = tokens.hash_secret(token)
        try:
            chat = await self.chats.get(chat_id)
        except Forbidden:  # deleted just now
            raise InvalidInvite from None
        joined = await chat.add_member(newcomer, magic_key, credential, self._members_max)
        member = joined.member
        self._forget(chat_id, joined.ended)
        self._member_ids[chat_id, credential] = member.member_id
        guest_key = joined.state.invites.guest_for(member.role)
        return Admission(ChatAccess(chat, member), token, auth_key, guest_key)

    async def authorize(self, chat_id: int, secret: str) -> ChatAccess:
        """Return the member who has this session token or auth key, and their chat.

        Raises Forbidden when no member of this chat has it, and when there is no such chat. The
        chat is loaded only for its members.
        """
        credential = tokens.hash_secret(secret)
        known_id = self._member_ids.get((chat_id, credential))
        if known_id is not None:
            chat = await self.chats.get(chat_id)
            if known_id in chat.members:
                return ChatAccess(chat, chat.members[known_id])
        member_id = await self._find_member_id(chat_id, credential)
        chat = await self.chats.get(chat_id)
        if member_id not in chat.members:
            raise Forbidden
        self._member_ids[chat_id, credential] = member_id
        return ChatAccess(chat, chat.members[member_id])

    def cached_access(self, chat_id: int, credential: bytes) -> ChatAccess | None:
        """Return what `authorize` returns for a secret with this hash, if it is all in memory."""
        member_id = self._member_ids.get((chat_id, credential))
        chat = None if member_id is None else self.chats.loaded.get(chat_id)
        if chat is None or member_id not in chat.members:
            return None
        return ChatAccess(chat, chat.members[member_id])

    @uncancellable
    async def delete_chat(self, access: ChatAccess) -> None:
        """Delete a chat and everything in it. Raises NotAllowed unless the member is its host."""
        if access.member.role != "host":
            raise NotAllowed
        await self.store.delete_chat(access.chat.chat_id, access.member)
        self.chats.drop(access.chat.chat_id, burned=True)
        await self.store.scrub()

    async def delete_expired(self, ttl: int) -> int:
        """Delete a batch of chats idle for `ttl` seconds, and return how many."""
        expired = await self.store.expire(timestamps.now() - ttl * 1000)
        for chat_id in expired:
            self.chats.drop(chat_id, burned=False)
        return len(expired)

    def stop(self) -> None:
        """Answer all held requests: the server is stopping."""
        self.chats.stop()

    def _forget(self, chat_id: int, credentials: list[bytes]) -> None:
        """Forget credentials of sessions that have ended."""
        for credential in credentials:
            self._member_ids.pop((chat_id, credential), None)

    async def _identify(self, auth_key: str | None, username: str | None) -> Identity:
        """Return the user with an auth key, under their name in this chat, or create a user."""
        if auth_key is None:
            return Identity(*await self.register(username or DEFAULT_NAME))
        user = await self._find_user(auth_key)
        return Identity(replace(user, username=username or user.username))

    async def _find_user(self, auth_key: str) -> User:
        holder = await self.store.find_by_credential(tokens.hash_secret(auth_key))
        if not isinstance(holder, User):
            raise InvalidCredentials
        return holder

    async def _is_member(self, chat_id: int, user: User) -> bool:
        return await self.store.find_member_id(chat_id, user.user_id) is not None

    async def _check_invite(self, chat_id: int, magic_key: str) -> None:
        """Raise InvalidInvite unless the key opens the chat, in the same time in each case.

        The store checks it again when it adds the member. This check comes first so that no user
        is created in vain.
        """
        invites = await self.store.find_invites(chat_id) or NO_INVITES
        if invites.role_of(magic_key) is None:
            raise InvalidInvite

    async def _find_member_id(self, chat_id: int, credential: bytes) -> int:
        match await self.store.find_by_credential(credential):
            case Session(chat_id=own, member_id=member_id) if own == chat_id:
                return member_id
            case User(user_id=user_id):
                member = await self.store.find_member_id(chat_id, user_id)
                if member is not None:
                    return member
        raise Forbidden

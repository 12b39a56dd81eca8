"""The house rules: who you are, starting a chat, being let in, taking your seat."""

from cachetools import LRUCache
from msgspec import Struct
from msgspec.structs import replace

from watchparty.party import tokens
from watchparty.party.chat import Chat
from watchparty.party.chat_cache import Chats
from watchparty.party.errors import Forbidden, InvalidCredentials, InvalidInvite, NotAllowed
from watchparty.party.models import Invites, Member, Session, Start, User
from watchparty.party.store import Permit, Store, granted
from watchparty.party.uncancellable import indivisible
from watchparty.party.validation import DEFAULT_NAME

NO_INVITES = Invites("", "")

MEMBERS_MAX = 200  # of one chat: its roster is 12 KB, and goes to each of them at each join

SEATS_REMEMBERED = 50_000  # credentials looked up lately; about 300 bytes each


class Identity(Struct, frozen=True):
    """A user, and the auth key when it was made just now (it cannot be told again)."""

    user: User
    auth_key: str | None = None


class Seat(Struct, frozen=True):
    """A chat as seen by one of its members: the only way to get at one."""

    chat: Chat
    member: Member


class Admission(Struct, frozen=True):
    """A seat, the fresh session token that opens it again, and the auth key if made now.

    `replayed` when a repeated request led to a chat that had been started before.
    """

    seat: Seat
    session_token: str
    auth_key: str | None
    replayed: bool = False


class Party:
    """All that people can do before and until they sit in a chat."""

    def __init__(self, store: Store, members_max: int | None = None) -> None:
        """Keep everything in `store`; without `members_max` a chat is never full."""
        self.store = store
        self._members_max = members_max
        self.chats = Chats(store)
        # Whether the member is still in the chat is asked of the chat, every time; who was
        # removed and let in again is another member, and looked up anew.
        self._seats: LRUCache[tuple[int, bytes], int] = LRUCache(SEATS_REMEMBERED)

    async def register(self, username: str) -> tuple[User, str]:
        """Make a user, and return them with their auth key."""
        auth_key = tokens.new_secret()
        return await self.store.add_user(tokens.fingerprint(auth_key), username), auth_key

    async def rename(self, auth_key: str, username: str) -> User:
        """Give a user another name for chats to come. Raises InvalidCredentials."""
        user = await self._recognise(auth_key)
        await self.store.rename_user(user.user_id, username)
        return replace(user, username=username)

    @indivisible
    async def create(
        self,
        auth_key: str | None,
        username: str | None,
        key: str | None = None,
        permit: Permit = granted,
    ) -> Admission:
        """Start a chat with its host in it; a repeat of `key` leads to the same chat.

        A key counts only together with an auth key: nobody else can be known again.
        Raises InvalidCredentials, and KeyReused, and what `permit` raises when it is no repeat.
        """
        if auth_key is None or key is None:
            permit()
        host = await self._identify(auth_key, username)
        token = tokens.new_secret()
        asked = Start(0, Invites.new(), host.user, key if auth_key else None, username or "")
        chat_id = None
        while chat_id is None:  # a taken id is a one in a million affair, but not impossible
            start = replace(asked, chat_id=tokens.new_chat_id())
            chat_id = await self.store.add_chat(start, tokens.fingerprint(token), permit)
        seat = await self.take_seat(chat_id, token)
        return Admission(seat, token, host.auth_key, replayed=chat_id != start.chat_id)

    @indivisible
    async def join(
        self, chat_id: int, magic_key: str, auth_key: str | None, username: str | None
    ) -> Admission:
        """Let somebody in who holds the invitation, or is a member already.

        Raises InvalidCredentials for an auth key that is nobody's, InvalidInvite for a
        magic key that does not open this chat, or when there is no such chat, and ChatFull.
        """
        known = await self._identify(auth_key, username) if auth_key is not None else None
        if known is None or not await self._is_member(chat_id, known.user):
            await self._check_invite(chat_id, magic_key)
        guest = known or await self._identify(None, username)
        token = tokens.new_secret()
        credential = tokens.fingerprint(token)
        try:
            chat = await self.chats.get(chat_id)
        except Forbidden:  # burned while its guest was at the door
            raise InvalidInvite from None
        member = await chat.admit(guest.user, magic_key, credential, self._members_max)
        self._seats[chat_id, credential] = member.member_id
        return Admission(Seat(chat, member), token, guest.auth_key)

    async def take_seat(self, chat_id: int, secret: str) -> Seat:
        """Return the chat as seen by the holder of a session token or auth key.

        Raises Forbidden for everybody else, and when there is no such chat; the chat
        is touched only after the holder turned out to be a member of it.
        """
        credential = tokens.fingerprint(secret)
        remembered = self._seats.get((chat_id, credential))
        if remembered is not None:
            chat = await self.chats.get(chat_id)
            if remembered in chat.members:
                return Seat(chat, chat.members[remembered])
        member_id = await self._find_seat(chat_id, credential)
        chat = await self.chats.get(chat_id)
        if member_id not in chat.members:
            raise Forbidden
        self._seats[chat_id, credential] = member_id
        return Seat(chat, chat.members[member_id])

    def recall_seat(self, chat_id: int, credential: bytes) -> Seat | None:
        """Return what `take_seat` would for a secret of this fingerprint, if it is in memory."""
        member_id = self._seats.get((chat_id, credential))
        chat = None if member_id is None else self.chats.recall(chat_id)
        if chat is None or member_id not in chat.members:
            return None
        return Seat(chat, chat.members[member_id])

    @indivisible
    async def delete_chat(self, seat: Seat) -> None:
        """Delete a chat and everything in it. Raises NotAllowed unless it is its host who asks."""
        if seat.member.role != "host":
            raise NotAllowed
        await self.store.delete_chat(seat.chat.chat_id, seat.member)
        self.chats.burn(seat.chat.chat_id)
        await self.store.scrub()

    def stop(self) -> None:
        """Answer everybody who waits: the server is going down."""
        self.chats.stop()

    async def _identify(self, auth_key: str | None, username: str | None) -> Identity:
        """Return who is acting, under the name they act by; without a key, make them."""
        if auth_key is None:
            return Identity(*await self.register(username or DEFAULT_NAME))
        user = await self._recognise(auth_key)
        return Identity(replace(user, username=username or user.username))

    async def _recognise(self, auth_key: str) -> User:
        holder = await self.store.find_holder(tokens.fingerprint(auth_key))
        if not isinstance(holder, User):
            raise InvalidCredentials
        return holder

    async def _is_member(self, chat_id: int, user: User) -> bool:
        return await self.store.find_member_id(chat_id, user.user_id) is not None

    async def _check_invite(self, chat_id: int, magic_key: str) -> None:
        """Raise InvalidInvite unless the key opens the chat, at the same cost in each case.

        It is asked again when somebody is let in; this is before they are made.
        """
        invites = await self.store.find_invites(chat_id) or NO_INVITES
        if invites.role_of(magic_key) is None:
            raise InvalidInvite

    async def _find_seat(self, chat_id: int, credential: bytes) -> int:
        match await self.store.find_holder(credential):
            case Session(chat_id=own, member_id=member_id) if own == chat_id:
                return member_id
            case User(user_id=user_id):
                member = await self.store.find_member_id(chat_id, user_id)
                if member is not None:
                    return member
        raise Forbidden

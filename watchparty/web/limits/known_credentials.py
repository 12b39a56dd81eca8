"""Remember valid credentials, so that requests count per member and not per address."""

from cachetools import LRUCache

from watchparty.party import tokens
from watchparty.party.service import ChatAccess
from watchparty.web.limits.quotas import REMEMBERED


class KnownCredentials:
    """The owner of each credential, by its hash. All credentials of one member count as one.

    An auth key that was first used outside a chat is its own owner, in every chat.
    """

    def __init__(self) -> None:
        self._owners: LRUCache[bytes, str] = LRUCache(REMEMBERED)

    def add(self, credential: str, access: ChatAccess | None = None) -> None:
        """Remember a credential that proved valid or was just issued."""
        hashed = hash_of(credential)
        self._owners.setdefault(hashed, hashed.hex() if access is None else member_key(access))

    def owner(self, hashed: bytes) -> str | None:
        """Return the owner of a credential, if it is known."""
        return self._owners.get(hashed)

    def owner_in(self, hashed: bytes, access: ChatAccess) -> str:
        """Return the owner of a credential; if unknown, the member that it belongs to."""
        return self._owners.get(hashed) or member_key(access)


def member_key(access: ChatAccess) -> str:
    """Return the key by which a member is counted."""
    return f"{access.chat.chat_id}/{access.member.member_id}"


def hash_of(credential: str | None) -> bytes:
    """Return the hash of a credential, or b"" for none."""
    return b"" if credential is None else tokens.hash_token(credential)

"""Valid credentials seen lately, so that their requests count per member, not per address."""

from cachetools import LRUCache

from watchparty.party import tokens
from watchparty.party.service import ChatAccess
from watchparty.web.limits.quotas import REMEMBERED


class KnownCredentials:
    """By the hash of a credential, whose it is: all credentials of one member count as one.

    An auth key that was first seen outside a chat stands for itself, in every chat.
    """

    def __init__(self) -> None:
        self._owners: LRUCache[bytes, str] = LRUCache(REMEMBERED)

    def add(self, credential: str, access: ChatAccess | None = None) -> None:
        """Remember a credential that proved valid, or was issued just now."""
        hashed = hash_of(credential)
        self._owners.setdefault(hashed, hashed.hex() if access is None else member_key(access))

    def owner(self, hashed: bytes) -> str | None:
        """Return whose credential this is, if it is known."""
        return self._owners.get(hashed)

    def owner_in(self, hashed: bytes, access: ChatAccess) -> str:
        """Return whose credential this is: the known owner, or else this member."""
        return self._owners.get(hashed) or member_key(access)


def member_key(access: ChatAccess) -> str:
    """Return what a member is counted by."""
    return f"{access.chat.chat_id}/{access.member.member_id}"


def hash_of(credential: str | None) -> bytes:
    """Return the hash of a credential, empty for none."""
    return b"" if credential is None else tokens.hash_token(credential)

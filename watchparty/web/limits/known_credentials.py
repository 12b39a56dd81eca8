"""Remember valid credentials, so that requests count per member and not per address."""

from cachetools import LRUCache

from watchparty.party.service import ChatAccess
from watchparty.web.limits.quotas import KEYS_REMEMBERED


class KnownCredentials(LRUCache[bytes, str]):
    """The owner of each credential, by its hash. All credentials of one member count as one.

    An auth key that was first used outside a chat is its own owner, in every chat.
    """

    def __init__(self) -> None:
        super().__init__(KEYS_REMEMBERED)

    def add(self, hashed: bytes, access: ChatAccess | None = None) -> None:
        """Remember a credential that proved valid or was just issued."""
        self[hashed] = hashed.hex() if access is None else access.member_key

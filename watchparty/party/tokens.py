"""Secrets, chat ids, and the hashes under which secrets are stored."""

import hmac
import secrets
import string
from hashlib import sha256

# Letters and digits only: messengers end a link before a trailing "-" or "_",
# and a double click selects the whole token.
ALPHABET = string.ascii_letters + string.digits

SECRET_LENGTH = 33  # characters of log2(62) bits each: 196 bits in all

CHAT_ID_DIGITS = 12  # ids are not secret, but nobody should guess one by accident


def new_secret() -> str:
    """Return a fresh auth key, session token or magic key of 196 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))


def new_chat_id() -> int:
    """Return a random integer of exactly twelve digits."""
    lowest: int = 10 ** (CHAT_ID_DIGITS - 1)
    return lowest + secrets.randbelow(9 * lowest)


def hash_secret(secret: str) -> bytes:
    """Return the SHA-256 of a secret, which is all that is stored of it.

    The secrets are uniformly random, so neither salt nor stretching adds anything
    (NIST SP 800-63B section 5.1.2.2 asks for a salt only below 112 bits).
    """
    return sha256(secret.encode()).digest()


def equal_constant_time(one: str, other: str) -> bool:
    """Return True if two secrets are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())

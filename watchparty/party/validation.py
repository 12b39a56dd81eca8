"""Check names, topics, messages and keys once, before anything else sees them."""

import re
import unicodedata

from msgspec import Struct

from watchparty.party.errors import InvalidRequest

NAME_MAX = 32  # code points; a longer name pushes the message off a phone
MESSAGE_MAX = 2_000  # code points; about one screen of text
DEFAULT_NAME = "Guest"

# Bidirectional embeddings, overrides and isolates: they would let a name
# rearrange the text around it (UAX #9 section 2).
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# "Letters" and "symbols" that draw nothing: the Hangul fillers, which are
# Default_Ignorable_Code_Point, the empty Braille pattern, the object replacement
# character, and the null notehead.
INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800\ufffc\U0001d159")

# More code points than NFC ever composes into one.
MAX_DECOMPOSITION = 8

TOPIC_MAX = 100  # code points; about one line

# Visible ASCII, because the key may come in an HTTP header.
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,128}")


class Draft(Struct, frozen=True):
    """A message to be posted: trimmed, not empty, not too long.

    Two drafts of one author with the same `key` are the same message.
    """

    body: str
    key: str | None = None

    @classmethod
    def parse(cls, text: str, key: str | None = None) -> "Draft":
        """Trim and check a text.

        Raises InvalidRequest when it is empty or has more than 2,000 code points.
        """
        body = text.strip()
        if not 1 <= len(body) <= MESSAGE_MAX:
            raise InvalidRequest(f"body must be 1 to {MESSAGE_MAX} characters, not {len(body)}.")
        return cls(body, key)


def username(text: str) -> str:
    """Return a name as it will be shown: NFC (UAX #15), trimmed.

    Raises InvalidRequest when it is empty, has more than 32 code points, contains control
    characters or bidirectional overrides, or has no visible character.
    """
    name = _normalize(text, NAME_MAX, "username")
    if not 1 <= len(name) <= NAME_MAX:
        raise InvalidRequest(f"username must be 1 to {NAME_MAX} characters, not {len(name)}.")
    if any(_is_control(char) for char in name):
        raise InvalidRequest("username must not contain control or text-direction characters.")
    if not any(_is_visible(char) for char in name):
        raise InvalidRequest("username must have a visible character.")
    return name


def topic(text: str) -> str:
    """Return a topic as it will be shown: NFC, trimmed, possibly empty.

    Raises InvalidRequest when it has more than 100 code points or contains control characters,
    such as line breaks.
    """
    topic = _normalize(text, TOPIC_MAX, "topic")
    if len(topic) > TOPIC_MAX:
        raise InvalidRequest(f"topic must be at most {TOPIC_MAX} characters, not {len(topic)}.")
    if any(_is_control(char) for char in topic):
        raise InvalidRequest("topic must not contain control or text-direction characters.")
    return topic


def idempotency_key(text: str) -> str:
    """Return the key. Raises InvalidRequest unless it is 1 to 128 visible ASCII characters."""
    if not IDEMPOTENCY_KEY.fullmatch(text):
        raise InvalidRequest("Idempotency-Key must be 1 to 128 visible ASCII characters.")
    return text


def _normalize(text: str, maximum: int, field: str) -> str:
    """Trim and normalize to NFC, unless the input is far too long. Raises InvalidRequest.

    Normalizing takes quadratic time in the number of combining marks.
    """
    trimmed = text.strip()
    if len(trimmed) > maximum * MAX_DECOMPOSITION:
        raise InvalidRequest(f"{field} must be at most {maximum} characters, not {len(trimmed)}.")
    return unicodedata.normalize("NFC", trimmed).strip()


def _is_control(char: str) -> bool:
    return char in BIDI_CONTROLS or unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


def _is_visible(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNPS" and char not in INVISIBLE

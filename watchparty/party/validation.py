"""The words people bring: names and messages, checked once, at the door."""

import re
import unicodedata

from msgspec import Struct

from watchparty.party.errors import InvalidRequest

NAME_MAX = 32  # code points; a longer name pushes the message off a phone
BODY_MAX = 2_000  # code points; about one screen of text
DEFAULT_NAME = "Guest"

# Bidirectional embeddings, overrides and isolates: they would let a name
# rearrange the text around it (UAX #9 section 2).
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# "Letters" and "symbols" that draw nothing: the Hangul fillers, which Unicode
# counts as Default_Ignorable_Code_Point, the empty Braille pattern, the place of an
# object that is not there, and a note without a head.
INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0\u2800\ufffc\U0001d159")


PARTS_MAX = 8  # code points that become one by composition, and more than there are

TOPIC_MAX = 100  # code points; about one line

# Visible ASCII, as an HTTP header carries it anyway.
KEY = re.compile(r"[\x21-\x7e]{1,128}")


class Draft(Struct, frozen=True):
    """A message before it is said: trimmed, not empty, not too long.

    A repeat with the same `key` is the same message.
    """

    body: str
    key: str | None = None

    @classmethod
    def of(cls, text: str, key: str | None = None) -> "Draft":
        """Check what somebody wants to say.

        Raises InvalidRequest when nothing is left after trimming, or more than
        2,000 code points are.
        """
        body = text.strip()
        if not 1 <= len(body) <= BODY_MAX:
            raise InvalidRequest(f"body must be 1 to {BODY_MAX} characters, not {len(body)}.")
        return cls(body, key)


def username(text: str) -> str:
    """Return a name as it will be shown: NFC (UAX #15), trimmed.

    Raises InvalidRequest when it is empty, longer than 32 code points, carries
    control characters or bidirectional overrides, or shows nothing.
    """
    name = _composed(text, NAME_MAX, "username")
    if not 1 <= len(name) <= NAME_MAX:
        raise InvalidRequest(f"username must be 1 to {NAME_MAX} characters, not {len(name)}.")
    if any(_is_control(char) for char in name):
        raise InvalidRequest("username must not contain control or text-direction characters.")
    if not any(_is_visible(char) for char in name):
        raise InvalidRequest("username must have something to see in it.")
    return name


def topic(text: str) -> str:
    """Return what is being watched: NFC, trimmed; empty when nothing is said of it.

    Raises InvalidRequest above 100 code points, and for what would not stay in one line.
    """
    topic = _composed(text, TOPIC_MAX, "topic")
    if len(topic) > TOPIC_MAX:
        raise InvalidRequest(f"topic must be at most {TOPIC_MAX} characters, not {len(topic)}.")
    if any(_is_control(char) for char in topic):
        raise InvalidRequest("topic must not contain control or text-direction characters.")
    return topic


def idempotency_key(text: str) -> str:
    """Return the key. Raises InvalidRequest unless it is 1 to 128 visible ASCII characters."""
    if not KEY.fullmatch(text):
        raise InvalidRequest("Idempotency-Key must be 1 to 128 visible ASCII characters.")
    return text


def _composed(text: str, most: int, what: str) -> str:
    """Return NFC, trimmed, unless it is far too long: ordering marks takes their square."""
    trimmed = text.strip()
    if len(trimmed) > most * PARTS_MAX:
        raise InvalidRequest(f"{what} must be at most {most} characters, not {len(trimmed)}.")
    return unicodedata.normalize("NFC", trimmed).strip()


def _is_control(char: str) -> bool:
    return char in BIDI_CONTROLS or unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


def _is_visible(char: str) -> bool:
    return unicodedata.category(char)[0] in "LNPS" and char not in INVISIBLE

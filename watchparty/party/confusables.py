"""Names that the eye can take for one another (UTS #39, section 4)."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from watchparty.party.validation import INVISIBLE

NAMES_REMEMBERED = 10_000  # about 300 bytes each

# Default_Ignorable_Code_Point, where the category does not say so (DerivedCoreProperties.txt).
SELECTORS = re.compile("[\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")

BADGE = re.compile(r"\s*(#\d+|\(you\))+$", re.IGNORECASE)

LEFT_TO_RIGHT_MARK = "\u200e"  # the table has one on both sides of what runs from right to left


class Homoglyph(Struct, frozen=True):
    """A character, or several, that look like another."""

    c: str


def alike(names: Mapping[int, str]) -> list[int]:
    """Return whose name, of those given by their ids, looks like somebody else's."""
    bearers: defaultdict[str, set[int]] = defaultdict(set)
    for bearer, name in names.items():
        for look in looks(name):
            bearers[look].add(bearer)
    return sorted(set[int]().union(*(found for found in bearers.values() if len(found) > 1)))


@lru_cache(NAMES_REMEMBERED)
def looks(name: str) -> frozenset[str]:
    """Return what the eye makes of a name, whether it minds upper and lower case first or last.

    Only a capital I looks like a small L, so "AIice" is Alice before the case is folded;
    "ALICE" is after. What the page puts behind a name is not part of it: "Alice #1" is Alice.
    """
    bare = BADGE.sub("", " ".join("".join(c for c in name if not _is_ignorable(c)).split()))
    plain = unicodedata.normalize("NFKC", bare)
    seen = {skeleton(bare).casefold(), skeleton(plain).casefold(), skeleton(plain.casefold())}
    return frozenset(seen)


def skeleton(text: str) -> str:
    """Return `text` with one character in the place of all that look like it."""
    table = _prototypes()
    # Twice, because what stands for several characters at once has look-alikes, too.
    return unicodedata.normalize("NFD", text).translate(table).translate(table)


def _is_ignorable(character: str) -> bool:
    """Tell what draws nothing: format controls, what is to become one, selectors, fillers."""
    unseen = unicodedata.category(character) in {"Cf", "Cn"}
    return unseen or character in INVISIBLE or bool(SELECTORS.match(character))


@cache
def _prototypes() -> dict[int, str]:
    """Return for each character the one that stands for all of its look.

    The table is Unicode's, as a library keeps it; its own code would keep 18 MB of it.
    """
    data = files("confusable_homoglyphs").joinpath("confusables.json").read_bytes()
    table: defaultdict[str, set[str]] = defaultdict(set)
    for character, found in msgspec.json.decode(data, type=dict[str, list[Homoglyph]]).items():
        table[_bare(character)].update(_bare(homoglyph.c) for homoglyph in found)
    return {
        ord(character): _first({character, *found, *(c for one in found for c in table[one])})
        for character, found in list(table.items())
        if len(character) == 1
    }


def _bare(text: str) -> str:
    return text.strip(LEFT_TO_RIGHT_MARK)


def _first(cluster: set[str]) -> str:
    """Return the same of a cluster whoever asks; several characters are the look of all."""
    return min(cluster, key=lambda text: (-len(text), text))

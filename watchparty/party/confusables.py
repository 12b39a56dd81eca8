"""Find names that look alike (UTS #39, section 4)."""

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

# Default_Ignorable_Code_Point (DerivedCoreProperties.txt) in other categories than Cf and Cn.
IGNORABLE = re.compile("[\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")

DISPLAY_SUFFIX = re.compile(r"\s*(#\d+|\(you\))+$", re.IGNORECASE)

LEFT_TO_RIGHT_MARK = "\u200e"  # the table puts right-to-left characters between two of these


class Homoglyph(Struct, frozen=True):
    """One or several characters that look like another one."""

    c: str


def load_look_alikes() -> None:
    """Read the table of look-alikes now, and not at the first request that needs it."""
    _prototypes()


def find_confusable(names: Mapping[int, str]) -> list[int]:
    """Return the sorted ids of all names that look like another one of `names`."""
    ids: defaultdict[str, set[int]] = defaultdict(set)
    for id_, name in names.items():
        for fingerprint in fingerprints(name):
            ids[fingerprint].add(id_)
    return sorted(set[int]().union(*(found for found in ids.values() if len(found) > 1)))


@lru_cache(NAMES_REMEMBERED)
def fingerprints(name: str) -> frozenset[str]:
    """Return the fingerprints of a name. Names that look alike have one in common.

    Some are folded to lower case after look-alikes are replaced, because only a capital I looks
    like a small L ("AIice"). One is folded before, because "ALICE" looks like "Alice" only in lower
    case. Suffixes like those that the page adds are ignored: "Alice #1" is Alice.
    """
    visible = "".join(character for character in name if not _is_ignorable(character))
    bare = DISPLAY_SUFFIX.sub("", " ".join(visible.split()))
    plain = unicodedata.normalize("NFKC", bare)
    skeletons = {skeleton(bare).casefold(), skeleton(plain).casefold(), skeleton(plain.casefold())}
    return frozenset(skeletons)


def skeleton(text: str) -> str:
    """Return `text` with each character replaced by the one that stands for its look-alikes."""
    table = _prototypes()
    # Twice, because the replacement of a sequence can itself have look-alikes.
    return unicodedata.normalize("NFD", text).translate(table).translate(table)


def _is_ignorable(character: str) -> bool:
    """Return True for characters that draw nothing: controls, unassigned, selectors, fillers."""
    is_unseen = unicodedata.category(character) in {"Cf", "Cn"}
    return is_unseen or character in INVISIBLE or bool(IGNORABLE.match(character))


@cache
def _prototypes() -> dict[int, str]:
    """Map each character to the one that stands for all its look-alikes.

    The table is Unicode's, as a library ships it. The library's own code needs 18 MB to load it.
    """
    data = files("confusable_homoglyphs").joinpath("confusables.json").read_bytes()
    table: defaultdict[str, set[str]] = defaultdict(set)
    for character, found in msgspec.json.decode(data, type=dict[str, list[Homoglyph]]).items():
        table[_strip_marks(character)].update(_strip_marks(homoglyph.c) for homoglyph in found)
    return {
        ord(character): _canonical({character, *found, *(c for one in found for c in table[one])})
        for character, found in list(table.items())
        if len(character) == 1
    }


def _strip_marks(text: str) -> str:
    return text.strip(LEFT_TO_RIGHT_MARK)


def _canonical(cluster: set[str]) -> str:
    """Return the canonical member of a cluster: the longest, then the smallest."""
    return min(cluster, key=lambda text: (-len(text), text))

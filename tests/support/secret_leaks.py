"""Every secret that tests were given, and a check that answers and logs do not leak them.

An auth key and a session token are given once, in the answer that makes them; a magic key in
the fields that are there for it, by its own chat. Anywhere else it is a leak, whoever asked.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from watchparty.party.tokens import SECRET_LENGTH

if TYPE_CHECKING:
    from tests.support.api_client import Answer

# A secret in the middle of longer words is one, too: each place where it could begin is looked at.
LIKE_A_SECRET = re.compile(rf"(?=([0-9A-Za-z]{{{SECRET_LENGTH}}}))")
CHAT_ID = re.compile(r"://[^/]+/([0-9]+)")

KEYS = ("auth_key", "session_token")
INVITES = ("magic_key", "magic_link")

_keys: set[str] = set()
_invites: dict[str, int] = {}  # and the chat that each lets people into


def issued_in(text: str) -> set[str]:
    """Return the secrets in a text that were given to a test."""
    return _alike(text).keys() & (_keys | _invites.keys())


def watch(url: str, sent: Mapping[str, str], answer: "Answer") -> None:
    """Fail when an answer says what it should not, and remember the secrets that it makes."""
    back = issued_in(url) if 300 <= answer.status < 400 else set()  # who is sent on brought them
    leaks = issued_in("\n".join(answer.headers.values())) - back
    assert not leaks, f"{url} answered with a secret in a header"
    body = answer.body.decode(errors="replace")
    if answer.status != 200:
        assert not issued_in(body) - back, f"{url} refused with a secret: {body}"
        return
    fields = _fields_of(answer)
    _check_rest(url, body, fields)
    chat_id = _chat_id(url, answer) if fields else 0
    for name, value in fields:
        if name in KEYS:
            _check_key(url, sent, name, value)
            _keys.add(value)
        else:
            key = value.rpartition("#")[2]
            assert _invites.setdefault(key, chat_id) == chat_id, f"{url}: another chat's {name}"


def _check_rest(url: str, body: str, fields: list[tuple[str, str]]) -> None:
    """Outside of the fields that are there for secrets nothing is one."""
    rest = _alike(body) - _alike("\n".join(value for _, value in fields))
    leaked = rest.keys() & (_keys | _invites.keys())
    assert not leaked, f"{url} has a secret among other words: {body}"


def _check_key(url: str, sent: Mapping[str, str], name: str, value: str) -> None:
    """A key is new; but who sends theirs to be renamed hears it again."""
    own = url.endswith("/auth") and name == "auth_key" and value in "\n".join(sent.values())
    assert own or value not in _keys, f"{url} repeats an old {name}"


def _alike(text: str) -> Counter[str]:
    return Counter(LIKE_A_SECRET.findall(text))


def _fields_of(answer: "Answer") -> list[tuple[str, str]]:
    if answer.headers.get("Content-Type") != "application/json":
        return []
    whole: dict[str, Any] = answer.json
    places = (whole, *whole.get("invites", []))
    return [(name, place[name]) for place in places for name in (*KEYS, *INVITES) if name in place]


def _chat_id(url: str, answer: "Answer") -> int:
    found = CHAT_ID.search(url)
    return int(found[1] if found else answer.json.get("chat_id", 0))

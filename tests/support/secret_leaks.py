"""Record every secret that a test received, and check that answers and logs leak none.

The server returns an auth key or a session token once, in the answer that creates it, and a magic
key only in its own fields, for its own chat. Anywhere else, a secret is a leak.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from watchparty.party.tokens import SECRET_LENGTH

if TYPE_CHECKING:
    from tests.support.api_client import Answer

# Search at every position, to find a secret inside a longer word, too.
LIKE_A_SECRET = re.compile(rf"(?=([0-9A-Za-z]{{{SECRET_LENGTH}}}))")
CHAT_ID = re.compile(r"://[^/]+/([0-9]+)")

KEYS = ("auth_key", "session_token")
INVITES = ("magic_key", "magic_link")

_keys: set[str] = set()
_invites: dict[str, int] = {}  # the chat that each key opens


def issued_in(text: str) -> set[str]:
    """Return the known secrets that occur in a text."""
    return _candidates(text).keys() & (_keys | _invites.keys())


def watch(url: str, sent: Mapping[str, str], answer: "Answer") -> None:
    """Fail if an answer leaks a secret, and record the secrets that it creates."""
    # A redirect may repeat the secrets in the URL.
    allowed = issued_in(url) if 300 <= answer.status < 400 else set()
    leaks = issued_in("\n".join(answer.headers.values())) - allowed
    assert not leaks, f"{url} answered with a secret in a header"
    body = answer.body.decode(errors="replace")
    if answer.status != 200:
        assert not issued_in(body) - allowed, f"{url} refused with a secret: {body}"
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
    """Fail if a secret is anywhere except in the fields for secrets."""
    rest = _candidates(body) - _candidates("\n".join(value for _, value in fields))
    leaked = rest.keys() & (_keys | _invites.keys())
    assert not leaked, f"{url} has a secret among other words: {body}"


def _check_key(url: str, sent: Mapping[str, str], name: str, value: str) -> None:
    """Fail if an answer repeats a key, except to its owner, who sent it to rename themselves."""
    own = url.endswith("/auth") and name == "auth_key" and value in "\n".join(sent.values())
    assert own or value not in _keys, f"{url} repeats an old {name}"


def _candidates(text: str) -> Counter[str]:
    return Counter(LIKE_A_SECRET.findall(text))


def _fields_of(answer: "Answer") -> list[tuple[str, str]]:
    if answer.headers.get("Content-Type") != "application/json":
        return []
    whole: dict[str, Any] = answer.json
    objects = (whole, *whole.get("invites", []))
    return [(name, one[name]) for one in objects for name in (*KEYS, *INVITES) if name in one]


def _chat_id(url: str, answer: "Answer") -> int:
    found = CHAT_ID.search(url)
    return int(found[1] if found else answer.json.get("chat_id", 0))

"""The settings of a server, read once from the environment into one frozen object."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

# A host name or an IP address, and a port. Origins are lower case (RFC 6454 section 4).
AUTHORITY = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d+)?")

DAY = 24 * 60 * 60  # seconds

PREFIX = "WATCHPARTY_"
SIMILARITY = 0.8  # from 0 to 1 (difflib): a name this close to a setting is a misspelling of it


class BadSettings(Exception):
    """Some settings are invalid; `mistakes` lists all of them."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes))


class Settings(Struct, frozen=True, kw_only=True):
    """The settings of one server; each is the variable WATCHPARTY_<NAME>."""

    store: str = "sqlite:watchparty.db"
    public_url: str | None = None
    limits: bool = True
    require_auth_key: bool = False
    chat_ttl: int = 7 * DAY
    trusted_proxies: int = 0
    cors_origins: tuple[str, ...] = ()

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ, **overrides: Any) -> "Settings":
        """Read the environment; `overrides` take precedence, unless empty.

        Raises BadSettings, which lists every mistake.
        """
        found: dict[str, Any] = {}
        mistakes = [*_misspelled(env)]
        for name, parse in PARSERS.items():
            variable = PREFIX + name.upper()
            text = overrides.get(name) or env.get(variable, "").strip()
            if not text:
                continue
            try:
                found[name] = parse(text)
            except ValueError as error:
                source = f"--{name}" if overrides.get(name) else variable
                mistakes.append(f"{source}={text!r}: {error}")
        if mistakes:
            raise BadSettings(mistakes)
        return cls(**found)


def _misspelled(env: Mapping[str, str]) -> Iterator[str]:
    """Return a message for each variable whose name is close to that of a setting.

    Other names are left alone: Kubernetes, for one, derives variables from service names.
    """
    known = [PREFIX + name.upper() for name in PARSERS]
    for variable in env:
        if variable.startswith(PREFIX) and variable not in known:
            name = variable.removeprefix(PREFIX).lower()
            for match in get_close_matches(name, PARSERS, n=1, cutoff=SIMILARITY):
                yield f"{variable}: there is no such setting; did you mean {PREFIX}{match.upper()}?"


def _store(text: str) -> str:
    scheme, _, file = text.partition(":")
    if scheme != "sqlite" or not file:
        raise ValueError("use sqlite:FILE, for example sqlite:watchparty.db")
    return text


def _origin(text: str) -> str:
    text = text.strip()
    parts = urlsplit(text)
    origin = f"{parts.scheme}://{parts.netloc}"
    is_valid = parts.scheme in {"http", "https"} and AUTHORITY.fullmatch(parts.netloc)
    # `parts.port` raises ValueError for a port that is out of range.
    if not is_valid or parts.port == 0 or text.rstrip("/") != origin:
        raise ValueError("use an origin in lower case, like https://party.example.org")
    return origin


def _origins(text: str) -> tuple[str, ...]:
    return ("*",) if text == "*" else tuple(_origin(part) for part in text.split(","))


def _switch(text: str) -> bool:
    words = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
    if text.lower() not in words:
        raise ValueError("use on or off, or true or false")
    return words[text.lower()]


def _integer(minimum: int, maximum: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and minimum <= int(text) <= maximum):
            raise ValueError(f"use a whole number from {minimum} to {maximum}")
        return int(text)

    return parse


PARSERS: dict[str, Callable[[str], Any]] = {
    "store": _store,
    "public_url": _origin,
    "limits": _switch,
    "require_auth_key": _switch,
    "chat_ttl": _integer(60, 3650 * DAY),
    "trusted_proxies": _integer(0, 10),
    "cors_origins": _origins,
}

"""What an operator can set, read once from the environment into one frozen object."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

# A name or an address, and a port (RFC 6454 section 4: an origin is in small letters).
AUTHORITY = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d+)?")

DAY = 24 * 60 * 60  # seconds

PREFIX = "WATCHPARTY_"
SIMILARITY = (
    0.8  # of two names, how much alike they are when one is meant to be the other (difflib)
)


class BadSettings(Exception):
    """Some settings make no sense; `mistakes` lists every one of them."""

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
    def from_env(cls, env: Mapping[str, str] = os.environ, **given: Any) -> "Settings":
        """Read the environment; what is `given` wins.

        Raises BadSettings with every mistake, not just the first.
        """
        found: dict[str, Any] = {}
        mistakes = [*_misspelled(env)]
        for name, parse in PARSERS.items():
            variable = PREFIX + name.upper()
            text = given.get(name) or env.get(variable, "").strip()
            if not text:
                continue
            try:
                found[name] = parse(text)
            except ValueError as error:
                source = f"--{name}" if given.get(name) else variable
                mistakes.append(f"{source}={text!r}: {error}")
        if mistakes:
            raise BadSettings(mistakes)
        return cls(**found)


def _misspelled(env: Mapping[str, str]) -> Iterator[str]:
    """Return a complaint about each variable that is nearly one of ours.

    Others are somebody else's: Kubernetes makes some from the name of a service.
    """
    ours = [PREFIX + name.upper() for name in PARSERS]
    for variable in env:
        if variable.startswith(PREFIX) and variable not in ours:
            name = variable.removeprefix(PREFIX).lower()
            for meant in get_close_matches(name, PARSERS, n=1, cutoff=SIMILARITY):
                yield f"{variable}: there is no such setting; is it {PREFIX}{meant.upper()}?"


def _store(text: str) -> str:
    scheme, _, place = text.partition(":")
    if scheme != "sqlite" or not place:
        raise ValueError("use sqlite:FILE, for example sqlite:watchparty.db")
    return text


def _origin(text: str) -> str:
    text = text.strip()
    parts = urlsplit(text)
    origin = f"{parts.scheme}://{parts.netloc}"
    plain = parts.scheme in {"http", "https"} and AUTHORITY.fullmatch(parts.netloc)
    if not plain or parts.port == 0 or text.rstrip("/") != origin:  # a port may raise ValueError
        raise ValueError("use an origin in small letters, like https://party.example.org")
    return origin


def _origins(text: str) -> tuple[str, ...]:
    return ("*",) if text == "*" else tuple(_origin(part) for part in text.split(","))


def _switch(text: str) -> bool:
    words = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
    if text.lower() not in words:
        raise ValueError("use on or off, or true or false")
    return words[text.lower()]


def _integer(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise ValueError(f"use a whole number from {least} to {most}")
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

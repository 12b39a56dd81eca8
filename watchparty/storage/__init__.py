"""The promises of `party.store`, kept: one file per kind of store."""

from pathlib import Path

from watchparty.party.store import Store


def open_store(url: str) -> Store:
    """Return the store at an address like `sqlite:watchparty.db` or `sqlite::memory:`."""
    from watchparty.storage.sqlite import SqliteStore  # a store is imported only when used

    return SqliteStore(url.partition(":")[2])


def back_up(url: str, target: Path) -> None:
    """Copy the store at an address to the new file `target`. Raises StoreUnavailable."""
    from watchparty.storage.backup import backup

    backup(Path(url.partition(":")[2]).resolve(), target)

"""Implementations of `party.store.Store`."""

from watchparty.party.store import Store


def open_store(url: str) -> Store:
    """Return the store at a URL like `sqlite:watchparty.db` or `sqlite::memory:`."""
    from watchparty.storage.sqlite import SqliteStore  # imported only when used

    return SqliteStore(url.partition(":")[2])

"""SQL for the database as a whole."""

from aiosqlite import Connection


async def begin_epoch_of_copy(db: Connection) -> None:
    """Begin another epoch when the file is a backup that is opened for the first time."""
    await db.executescript(
        "BEGIN;"
        "UPDATE meta SET value = lower(hex(randomblob(8))) WHERE name = 'epoch'"
        " AND EXISTS (SELECT 1 FROM meta WHERE name = 'copied');"
        "DELETE FROM meta WHERE name = 'copied';"
        "COMMIT;"
    )


async def select_epoch(db: Connection) -> str:
    """Return the name of this history."""
    [(epoch,)] = await db.execute_fetchall("SELECT value FROM meta WHERE name = 'epoch'", ())
    return str(epoch)

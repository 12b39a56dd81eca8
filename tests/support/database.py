"""Back up the database of a server, or make its contents older."""

import asyncio
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from tests.support.server_process import BIN, Server


async def back_up(server: Server, target: Path) -> subprocess.CompletedProcess[str]:
    command = [str(BIN / "watchparty"), "backup", "--store", f"sqlite:{server.database}"]
    return await asyncio.to_thread(
        subprocess.run, [*command, str(target)], capture_output=True, text=True, timeout=60
    )


def age(server: Server, sql: str, *values: int) -> None:
    """Stop the server, change its database as if time had passed, and start it again."""
    server.stop()
    with closing(sqlite3.connect(server.database)) as db, db:
        db.execute(sql, values)
    server.start_again()

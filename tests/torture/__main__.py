"""python -m tests.torture [SECONDS]: print the table; exit with 1 if a message was lost."""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.torture.rounds import torture

SECONDS = 300.0

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
        report = asyncio.run(torture(Path(folder), seconds))
    print(report.table())
    sys.exit(0 if report.is_clean else 1)

"""What processes use, from Linux's /proc (proc(5))."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def tree(pid: int) -> Iterator[int]:
    """Return a process and all below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from tree(int(child))


def cpu(pids: list[int]) -> float:
    """Return the seconds of CPU, user and system, that they have used; in steps of 10 ms."""
    return sum(int(fields[11]) + int(fields[12]) for fields in map(_stat, pids)) / TICKS


def asleep(pids: list[int]) -> bool:
    """Return whether none of them runs, or would if there were a core for it."""
    return all(_stat(one)[0] == "S" for one in pids)


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat from the third one on, the state."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def memory(pids: list[int]) -> float:
    """Return the KB of memory they hold; what several share is split among them (PSS)."""
    return sum(map(_pss, pids))


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def raise_file_limit() -> int:
    """Let this process and all it starts open as many files as they may; return how many."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most

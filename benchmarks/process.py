"""CPU and memory of processes, from Linux's /proc (proc(5))."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")  # per second


def tree(pid: int) -> Iterator[int]:
    """Yield the ids of a process and of all its descendants."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from tree(int(child))


def cpu(pids: list[int]) -> float:
    """Return the seconds of CPU (user and system) that the processes have used, in 10 ms steps."""
    return sum(int(fields[11]) + int(fields[12]) for fields in map(_stat, pids)) / TICKS


def asleep(pids: list[int]) -> bool:
    """Return whether none of the processes runs or waits for a core."""
    return all(_stat(pid)[0] == "S" for pid in pids)


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat, without the first two: the state comes first."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def memory(pids: list[int]) -> float:
    """Return the memory of the processes in KB; shared pages are split among their users (PSS)."""
    return sum(map(_pss, pids))


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def raise_file_limit() -> int:
    """Raise the limit on open files to its maximum, for child processes too; return it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most

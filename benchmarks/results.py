"""What was measured, each single run of it, and how it is kept."""

import json
import statistics
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.plan import Turn


class Case(NamedTuple):
    """What is measured again in every round."""

    workload: str
    server: str
    transport: str
    size: int


class Run(NamedTuple):
    """One measurement."""

    case: Case
    round: int
    figures: dict[str, float]
    seconds: float  # how long it took, with the set-up
    error: str = ""  # and then there are no figures


class Results(NamedTuple):
    """All of them, and where."""

    machine: dict[str, Any]
    runs: list[Run]

    def by_round(self, case: Case, figure: str) -> dict[int, float]:
        """Return a figure of each round in which there was one."""
        return {
            run.round: run.figures[figure] for run in self.runs if run.case == case and run.figures
        }

    def median(self, case: Case, figure: str) -> float:
        return statistics.median(self.by_round(case, figure).values())

    def cases(self, workload: str) -> list[Case]:
        """Return what has figures, in the order of the measurements."""
        found = [run.case for run in self.runs if run.case.workload == workload and run.figures]
        return list(dict.fromkeys(found))

    def as_dict(self) -> dict[str, Any]:
        runs = [run.case._asdict() | run._asdict() | {"case": None} for run in self.runs]
        for run in runs:
            del run["case"]
        return {"machine": self.machine, "runs": runs, "medians": self.medians()}

    def medians(self) -> list[dict[str, Any]]:
        done = dict.fromkeys(run.case for run in self.runs if run.figures)
        figures = {
            case: next(run for run in self.runs if run.case == case and run.figures)
            for case in done
        }
        return [
            case._asdict() | {"figures": {name: self.median(case, name) for name in run.figures}}
            for case, run in figures.items()
        ]


def case_of(turn: Turn) -> Case:
    return Case(turn.workload, turn.server, turn.transport, turn.size)


def load(file: Path) -> Results:
    """Return what was kept in a file."""
    kept = json.loads(file.read_text())
    runs = [
        Run(
            Case(*(run[name] for name in Case._fields)),
            *(run[name] for name in Run._fields[1:]),
        )
        for run in kept["runs"]
    ]
    return Results(kept["machine"], runs)

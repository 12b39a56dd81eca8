"""The results of a benchmark, and their form in JSON."""

import json
import statistics
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.plan import Measurement


class Case(NamedTuple):
    """A measurement that is repeated in every round."""

    workload: str
    server: str
    transport: str
    size: int


class Run(NamedTuple):
    """The figures of one case in one round."""

    case: Case
    round: int
    figures: dict[str, float]
    seconds: float  # how long it took, including the set-up
    error: str = ""  # if not empty, there are no figures


class Results(NamedTuple):
    """All runs, and the machine that they ran on."""

    machine: dict[str, Any]
    runs: list[Run]

    def by_round(self, case: Case, figure: str) -> dict[int, float]:
        """Return the figure by round, without the rounds that failed."""
        return {
            run.round: run.figures[figure] for run in self.runs if run.case == case and run.figures
        }

    def median(self, case: Case, figure: str) -> float:
        return statistics.median(self.by_round(case, figure).values())

    def cases(self, workload: str) -> list[Case]:
        """Return the cases with figures, in the order in which they were measured."""
        found = [run.case for run in self.runs if run.case.workload == workload and run.figures]
        return list(dict.fromkeys(found))

    def as_dict(self) -> dict[str, Any]:
        runs = [run.case._asdict() | run._asdict() for run in self.runs]
        for run in runs:
            del run["case"]
        return {"machine": self.machine, "runs": runs, "medians": self.medians()}

    def medians(self) -> list[dict[str, Any]]:
        names = {run.case: run.figures.keys() for run in self.runs if run.figures}
        return [
            case._asdict() | {"figures": {name: self.median(case, name) for name in names[case]}}
            for case in names
        ]


def case_of(measurement: Measurement) -> Case:
    return Case(measurement.workload, measurement.server, measurement.transport, measurement.size)


def load(file: Path) -> Results:
    """Load results from a file of JSON."""
    saved = json.loads(file.read_text())
    runs = [
        Run(
            Case(*(run[name] for name in Case._fields)),
            *(run[name] for name in Run._fields[1:]),
        )
        for run in saved["runs"]
    ]
    return Results(saved["machine"], runs)

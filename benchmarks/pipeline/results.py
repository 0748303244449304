"""What was measured of the whole job, as it is kept as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from benchmarks.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.pipeline.schedule import Case


class Results(BaseModel):
    """All of one benchmark.

    Attributes:
        date: when it began, ISO 8601, UTC.
        quick: few events and one round: to see that it works, not to be quoted.
        machine: what it ran on.
        cores: of the machine.
        versions: of what was measured.
        rounds: how often each was to be measured.
        checked: case → payments whose features and scores were found equal to the oracle's before.
        loads: case → cores that others had at work just before each of its runs.
        runs: case → the figures of each run.
        failed: case → what was said where it could not be measured.
    """

    date: str
    quick: bool
    machine: dict[str, str]
    cores: int
    versions: dict[str, str]
    rounds: int
    checked: dict[str, int] = Field(default_factory=dict)
    loads: dict[str, list[float]] = Field(default_factory=dict)
    runs: dict[str, list[dict[str, float]]] = Field(default_factory=dict)
    failed: dict[str, str] = Field(default_factory=dict)

    def without(self, groups: Iterable[str]) -> Results:
        """The same without what was measured of some groups, and without what was compared: all of that comes again."""
        begins = tuple(f"{group}/" for group in groups)
        kept = {
            field: {name: each for name, each in getattr(self, field).items() if not name.startswith(begins)}
            for field in ("loads", "runs", "failed")
        }
        return self.model_copy(update={**kept, "checked": {}})

    def has(self, *cases: str) -> bool:
        """Whether all of these were measured."""
        return all(self.runs.get(case) for case in cases)

    def lacks(self, case: Case, round_number: int) -> bool:
        """Whether a case is still to be measured in a round, from 0, and was not given up."""
        return case.name not in self.failed and len(self.runs.get(case.name, [])) <= round_number

    def add(self, case: str, found: dict[str, float], load: float) -> None:
        """Note a run."""
        self.runs.setdefault(case, []).append(found)
        self.loads.setdefault(case, []).append(load)

    @property
    def busy(self) -> list[str]:
        """Groups of which a run began while others had more than a quarter of the cores at work."""
        return sorted(
            {case.split("/")[0] for case, found in self.loads.items() if max(found) > self.cores / 4}
        )

    def of(self, case: str, figure: str, scale: float = 1.0) -> Spread:
        """The spread of a figure over the runs that have it, times a scale."""
        return Spread.of(run[figure] * scale for run in self.runs[case] if figure in run)

    def measured(self, case: str, figure: str) -> bool:
        """Whether a run of a case has a figure."""
        return any(figure in run for run in self.runs.get(case, []))

    def rate_of(self, case: str) -> Spread:
        """Payments a second."""
        return Spread.of(run["rows"] / run["seconds"] for run in self.runs[case])

    def thrift_of(self, case: str) -> Spread:
        """Payments a second of CPU, the broker's not counted: what one core would do."""
        return Spread.of(run["rows"] / run["cpu_seconds"] for run in self.runs[case])

    def per_million(self, case: str, figure: str, scale: float = 1.0) -> Spread:
        """A figure for a million payments, times a scale."""
        return Spread.of(run[figure] / run["rows"] * 1e6 * scale for run in self.runs[case])

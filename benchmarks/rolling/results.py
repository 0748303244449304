"""What was measured, as it is kept as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from benchmarks.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Iterable


class StateSize(BaseModel):
    """How large the state of three windows of one entity is.

    Attributes:
        keys: how many customers.
        rows: how many payments of each are kept.
        backend: of the state.
        bytes: of a checkpoint.
    """

    keys: int
    rows: int
    backend: str
    bytes: int


class Again(BaseModel):
    """When a part was measured again.

    Attributes:
        date: when it began, ISO 8601, UTC.
        load: processes that wanted a core then.
    """

    date: str
    load: float


class Results(BaseModel):
    """All of one benchmark.

    Attributes:
        date: when it began, ISO 8601, UTC.
        quick: fewer rows and one round: to see that it works, not to be quoted.
        machine: what it ran on.
        load: processes that wanted a core when it began, others' included.
        cores: of the machine.
        versions: of what was measured.
        rounds: how often each was measured.
        payments: on the topics of what is fast; slow forms read a part.
        rate: events a second, for latency.
        checked: form → rows that were found equal to DuckDB's before.
        runs: case → what each run took: rows, seconds and CPU seconds, or milliseconds by percentile.
        state: sizes.
        again: group → when it was measured again, and with which load, the rest being kept.
    """

    date: str
    quick: bool
    machine: dict[str, str]
    load: float
    cores: int
    versions: dict[str, str]
    rounds: int
    payments: int
    rate: int
    checked: dict[str, int] = Field(default_factory=dict)
    runs: dict[str, list[dict[str, float]]] = Field(default_factory=dict)
    state: list[StateSize] = Field(default_factory=list)
    again: dict[str, Again] = Field(default_factory=dict)

    @property
    def busy(self) -> bool:
        """Whether others were using the machine when it began."""
        return self.load > self.cores / 4

    def without(self, groups: Iterable[str], again: Again) -> Results:
        """The same without what was measured of some groups, which are to be measured again."""
        dropped = tuple(groups)
        runs = {name: runs for name, runs in self.runs.items() if not name.startswith(dropped)}
        state = [] if "state" in dropped else self.state
        return self.model_copy(
            update={"runs": runs, "state": state, "again": {**self.again, **dict.fromkeys(dropped, again)}}
        )

    def has(self, *cases: str) -> bool:
        """Whether all of these were measured."""
        return all(case in self.runs for case in cases)

    def rate_of(self, case: str) -> Spread:
        """Payments a second."""
        return Spread.of(run["rows"] / run["seconds"] for run in self.runs[case])

    def thrift_of(self, case: str) -> Spread:
        """Payments a second of CPU, the broker's not counted: what one core would do."""
        return Spread.of(run["rows"] / run["cpu_seconds"] for run in self.runs[case])

    def latency_of(self, case: str, percentile: str) -> Spread:
        """Milliseconds."""
        return Spread.of(run[percentile] for run in self.runs[case])

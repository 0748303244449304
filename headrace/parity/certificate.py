"""What a proof of parity found, in a form that can be kept, sent on and checked."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Optional, Union

from pydantic import BaseModel, ConfigDict, computed_field

from headrace.parity.comparison import Comparison  # noqa: TC001 -- pydantic evaluates it
from headrace.parity.interruption import Interruption  # noqa: TC001 -- pydantic evaluates it
from headrace.runtime.java import find_java_home, java_version

PACKAGES = ("headrace", "apache-flink", "apache-beam", "duckdb", "numpy", "pandas", "pyarrow")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Input(_Frozen):
    """A table that was read.

    Attributes:
        table: its name.
        rows: how many.
        sha256: of its files, one after the other by name.
    """

    table: str
    rows: int
    sha256: str


class Computation(_Frozen):
    """The features, computed once.

    Attributes:
        name: as comparisons call it.
        how: in a sentence.
        rows: how many came out.
        seconds: how long it took, as the machine was then.
        result_sha256: of its rows, sorted by key, as text.
        sql_sha256: of the contracts and views that it read; None when it read none.
    """

    name: str
    how: str
    rows: int
    seconds: float
    result_sha256: str
    sql_sha256: Optional[str] = None


class Ties(_Frozen):
    """Rows whose features depend on the order of events of one entity and moment.

    Attributes:
        by: the column that names the entity.
        rows: how many share entity and moment with another row.
        keys: which.
    """

    by: str
    rows: int
    keys: list[Union[int, str]]


class Certificate(_Frozen):
    """What was computed, from what, by what, and how it compares.

    Attributes:
        use_case: whose features.
        made_at: when, ISO 8601, UTC.
        days: how many days of the data set.
        contract: the table whose columns were compared.
        key: the column that names a row.
        inputs: what was read.
        computations: what was computed.
        interruption: how the one that was killed went.
        comparisons: each pair that was compared.
        ties: rows that an unstable order could have changed.
        declaration_sha256: of the declaration that the oracle follows.
        operators_sha256: of the jar with the functions that SQL calls.
        versions: of what took part.
    """

    use_case: str
    made_at: str
    days: int
    contract: str
    key: str
    inputs: list[Input]
    computations: list[Computation]
    interruption: Interruption
    comparisons: list[Comparison]
    ties: list[Ties]
    declaration_sha256: str
    operators_sha256: str
    versions: dict[str, str]

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no property below another decorator
    @property
    def holds(self) -> bool:
        """Whether every comparison holds."""
        return bool(self.comparisons) and all(each.holds for each in self.comparisons)


def versions() -> dict[str, str]:
    """Versions of what takes part in a proof, by name."""
    java = java_version(find_java_home() / "bin" / "java")
    return {
        "python": platform.python_version(),
        "java": str(java),
        **{package: found for package in PACKAGES if (found := _version(package))},
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""

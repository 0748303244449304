"""What the features of a use case are meant to be, declared beside its views: ``sql/<use case>/parity.yaml``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

FILE = "parity.yaml"
MILLISECONDS = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_LENGTH = re.compile(r"(\d+)\s*(ms|s|min|h|d)")


def milliseconds(length: str) -> int:
    """A length of time in milliseconds.

    Raises:
        ValueError: when it is none.

    >>> milliseconds("7d")
    604800000
    """
    found = _LENGTH.fullmatch(length)
    if found is None:
        raise ValueError(f"expected a length of time like 30d, 12h, 10min, 5s or 250ms, got {length!r}")
    return int(found.group(1)) * MILLISECONDS[found.group(2)]


def _checked(length: str) -> str:
    milliseconds(length)
    return length


Length = Annotated[str, AfterValidator(_checked)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rows(_Strict):
    """The events that get features.

    Attributes:
        tables: where they are; a row of features is due for each of their rows.
        key: the column that names one; windows take events of the same moment in its order.
        time: the column with its event time.
        columns: features that depend on the row alone: name → DuckDB expression over the row, times in UTC. Columns of
            the contract that are declared nowhere are columns of the row.
    """

    tables: list[str] = Field(min_length=1)
    key: str
    time: str
    columns: dict[str, str] = {}


class Window(_Strict):
    """One aggregate over some windows that end with a row, or a delay before it.

    A window is half-open, ``(t - delay - window, t - delay]``.

    Attributes:
        name: of the feature; ``{window}`` stands for the window.
        by: the column that row and events share.
        aggregate: of the events' values, NULL left out.
        windows: their lengths.
        value: DuckDB expression over an event; NULL is not counted.
        of: the table with the events; the rows themselves when empty.
        time: the events' time; the rows' when empty.
        delay: how long before the row the window ends.
        ties: whether events of another table come before or after a row of the same moment. Among the rows themselves
            those up to the row count, in the order of the key.
        empty: the feature when the window has no value.
        tolerance: how far, absolutely, a feature may be off; 0 unless it adds or squares floating point numbers.
    """

    name: str
    by: str
    aggregate: Literal["count", "sum", "avg", "min", "max", "distinct", "stddev", "last"]
    windows: list[Length] = Field(min_length=1)
    value: str = "1"
    of: str = ""
    time: str = ""
    delay: Length = "0ms"
    ties: Literal["before", "after"] = "before"
    empty: Union[int, float, None] = None
    tolerance: float = 0.0

    def features(self) -> dict[str, int]:
        """Name of each feature and the length of its window in milliseconds."""
        return {self.name.format(window=length): milliseconds(length) for length in self.windows}


class Way(_Strict):
    """A way through the suite on which the features are computed.

    Attributes:
        pipeline: a file in ``pipelines/``.
        writes: the table with the features.
        reads: the tables that are laid for it, that of the events first; the others are empty.
        views: contract name → view that stands in for it.
    """

    pipeline: str
    writes: str
    reads: list[str]
    views: dict[str, str] = {}


class Declaration(_Strict):
    """What the features of a use case are meant to be, and on which ways they are computed.

    Attributes:
        contract: the table whose columns the features are.
        rows: the events that get features.
        windows: features over windows.
        history: the way of bounded history, of which training sets are made.
        raw: the way of raw events, as they arrive.
    """

    contract: str
    rows: Rows
    windows: list[Window]
    history: Way
    raw: Way

    def tolerances(self) -> dict[str, float]:
        """How far features may be off, of those that may."""
        return {name: each.tolerance for each in self.windows if each.tolerance for name in each.features()}


def read_declaration(root: Path, use_case: str) -> Declaration:
    """The declaration of a use case.

    Args:
        root: the suite.
        use_case: a folder in sql/.

    Raises:
        HeadraceError: when there is none, or names what is wrong in it.
    """
    path = root / "sql" / use_case / FILE
    if not path.is_file():
        raise HeadraceError(
            f"there is no {path}", "It declares what the features are meant to be; see docs/parity.md."
        )
    try:
        content: Any = yaml.safe_load(path.read_bytes())
        return Declaration.model_validate(content)
    except yaml.YAMLError as error:
        raise HeadraceError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise HeadraceError(
            f"{path}: {_sentence(error)}", "docs/parity.md says what stands in it."
        ) from error


def _sentence(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}" for each in error.errors()
    )

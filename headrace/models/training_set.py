"""Training sets: events with the features they had at their own time, and the truth that came later."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from headrace.errors import HeadraceError
from headrace.models.features import InvalidFeaturesError, check_features, column_fits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from headrace.models.definition import ModelDefinition


class TrainingSetError(HeadraceError):
    """A set of events can not be learned from, or not be judged by."""


class TrainingSet:
    """A checked frame, its rows in the order of their key.

    Args:
        definition: whose features and columns the frame must have.
        frame: one row an event: the features, the key, the entity, the event time, the label and the
            definition's carried columns, in any order.
        what: what the set is for (``training``, ``evaluation``); stands in errors.

    Raises:
        TrainingSetError: no rows, a key twice, no event time, a label that is neither 0 nor 1, only one of both,
            or features that are not finite; the message says which and how many.
        InvalidFeaturesError: a column is missing, left over or of a wrong type.
    """

    def __init__(self, definition: ModelDefinition, frame: pd.DataFrame, what: str) -> None:
        self.definition = definition
        self.what = what
        if frame.empty:
            raise TrainingSetError(
                f"the {what} set has no rows", "Check the period, and that labels have arrived for it."
            )
        self._check_columns(frame)
        self.frame: pd.DataFrame = frame.sort_values(definition.key, kind="stable", ignore_index=True)
        self._check_rows()

    @property
    def inputs(self) -> pd.DataFrame:
        """The features in order, all as float64, named."""
        inputs: pd.DataFrame = self.frame[self.definition.feature_names].astype(np.float64)
        return inputs

    @property
    def labels(self) -> NDArray[np.int64]:
        """The truth, 0 or 1."""
        return self.frame[self.definition.label].to_numpy(dtype=np.int64)

    @property
    def entities(self) -> NDArray[Any]:
        """Whom each event belongs to."""
        return self.frame[self.definition.entity].to_numpy()

    @property
    def times(self) -> pd.DatetimeIndex:
        """Event times in UTC; times without a zone are UTC."""
        return utc(self.frame[self.definition.event_time])

    @property
    def days(self) -> NDArray[np.int64]:
        """The UTC day of each event, counted from 1970-01-01."""
        return milliseconds(self.times) // 86_400_000

    def as_document(self) -> dict[str, Any]:
        """Window, size and fingerprint, as they stand in a manifest."""
        return {
            "from": self.times.min().isoformat(),
            "to": self.times.max().isoformat(),
            "rows": len(self.frame),
            "positives": int(self.labels.sum()),
            "sha256": self.fingerprint(),
        }

    def fingerprint(self) -> str:
        """SHA-256 of key, entity, event time, label and features of every row, whatever order they came in."""
        digest = hashlib.sha256()
        for name in [*self.definition.other_columns, *self.definition.feature_names]:
            digest.update(f"\n{name}\n".encode())
            digest.update(column_bytes(self.frame[name]))
        return digest.hexdigest()

    def _check_columns(self, frame: pd.DataFrame) -> None:
        others = self.definition.other_columns
        missing = [name for name in others if name not in frame]
        if missing:
            raise InvalidFeaturesError(
                f"the {self.what} set of model {self.definition.name} lacks: {', '.join(missing)}; "
                f"it has: {', '.join(map(str, frame.columns))}",
                "Key, entity, event time, label and carried columns have to be there besides the features.",
            )
        given = {str(name): frame[name].to_numpy() for name in frame.columns if name not in others}
        model = f"{self.definition.name} ({self.what} set)"
        check_features(self.definition.features, given, column_fits, lambda column: str(column.dtype), model)

    def _check_rows(self) -> None:
        definition, frame = self.definition, self.frame
        self._refuse(frame[definition.key].duplicated(), f"have a {definition.key} that another row has too")
        self._refuse(frame[definition.event_time].isna(), f"have no {definition.event_time}")
        self._refuse(
            ~frame[definition.label].isin([0, 1]), f"have a {definition.label} that is neither 0 nor 1"
        )
        for name in definition.feature_names:
            values = frame[name].to_numpy(
                dtype=np.float64, na_value=np.nan
            )  # pandas' NA is neither finite nor not
            self._refuse(pd.Series(~np.isfinite(values)), f"have no finite {name} (NULL, NaN or infinite)")
        if len(np.unique(self.labels)) == 1:
            raise TrainingSetError(
                f"all {len(frame)} rows of the {self.what} set have {definition.label} = {self.labels[0]}",
                "Choose a period with both, and check that the labels have arrived for it.",
            )

    def _refuse(self, bad: pd.Series[bool], what: str) -> None:
        if bad.any():
            keys = self.frame.loc[bad, self.definition.key].head(3).tolist()
            raise TrainingSetError(
                f"{int(bad.sum())} of {len(bad)} rows of the {self.what} set {what}; "
                f"the first by {self.definition.key}: {', '.join(map(str, keys))}",
                "Look at these rows, and correct or leave them out where the set is made.",
            )


def utc(times: pd.Series[Any]) -> pd.DatetimeIndex:
    """Times in UTC; times without a zone are UTC."""
    index: pd.DatetimeIndex = pd.DatetimeIndex(pd.to_datetime(times, utc=True))
    return index


def milliseconds(times: pd.DatetimeIndex) -> NDArray[np.int64]:
    """Milliseconds since 1970-01-01 UTC, whatever the unit of the index."""
    return times.tz_convert(None).to_numpy().astype("datetime64[ms]").astype(np.int64)


def column_bytes(column: pd.Series[Any]) -> bytes:
    """Bytes of a column that do not depend on the width of its type: 64 bits, or text with line ends."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return milliseconds(utc(column)).astype("<i8").tobytes()
    if pd.api.types.is_integer_dtype(column):
        return column.to_numpy(dtype="<i8").tobytes()
    if pd.api.types.is_float_dtype(column):
        return column.to_numpy(dtype="<f8").tobytes()
    return "\n".join(map(str, column)).encode()

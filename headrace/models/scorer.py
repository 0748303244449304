"""Features in, scores and decisions and reasons out; an event that can not be scored gets its error instead.

Worker side: imports numpy and onnxruntime and nothing heavier. Pure: no clock, no state, no I/O.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from headrace.models.features import RowReader, to_matrix
from headrace.models.reasons import make_explainer, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from headrace.models.artifact import Artifact

ALERT = "alert"
NO_REASONS = "[]"
PASS = "pass"  # noqa: S105 -- a decision, not a password


class Scored(NamedTuple):
    """What a model says about one event.

    Either ``score`` (0 to 1) and ``decision`` (``alert`` or ``pass``) are there, or ``error`` is.
    ``reasons`` is a JSON array, empty for events that were not to be explained. ``model_version`` is None where no
    version was deployed. ``shadows`` is a JSON array of what other versions say of the event; None if there are none.
    """

    score: float | None
    decision: str | None
    model_version: str | None
    reasons: str | None
    error: str | None
    shadows: str | None = None


class Scorer:
    """Scores events with one artifact; the same event always gives the same `Scored`.

    Args:
        artifact: a checked model.
        reasons: how many reasons to give at most; 0 gives none and costs nothing.
        explain_all: give reasons for events below the threshold as well.

    Example:
        >>> scorer = Scorer(load_artifact("models/fraud-0a1b"))  # doctest: +SKIP
        >>> scorer.score_one({"amount": 812.5, "is_night": 1}).decision  # doctest: +SKIP
        'alert'
    """

    def __init__(self, artifact: Artifact, reasons: int = 3, *, explain_all: bool = False) -> None:
        manifest = artifact.manifest
        self.features = manifest.features
        self.version = manifest.version
        self._threshold = manifest.threshold
        self._model = artifact.model
        self._explainer = make_explainer(manifest.reasons, manifest.features, artifact.model)
        self._reasons = reasons
        self._explain_all = explain_all
        self._rows = RowReader(manifest.features, manifest.version)
        self._trained_until = (manifest.document.get("training") or {}).get("to")

    def trained_until(self, version: str) -> str | None:
        """The last event that a version learned from, ISO 8601; None for another version, or when it is not known."""
        return self._trained_until if version == self.version else None

    def score_batch(self, columns: Mapping[str, NDArray[Any]]) -> list[Scored]:
        """Score n events at once.

        Args:
            columns: an array of n values a feature, in any order.

        Returns:
            n results in the order of the rows. A row that holds NULL, NaN or an infinity, or that the model
            fails on, has an ``error``; its neighbours are scored as if they were alone.

        Raises:
            InvalidFeaturesError: a feature is missing, left over or of a wrong type.
        """
        return self.score_rows(columns, slice(None))

    def score_rows(self, columns: Mapping[str, NDArray[Any]], rows: NDArray[np.intp] | slice) -> list[Scored]:
        """Score some rows of a batch; types are those of the whole batch, so that a NULL in another row is no matter.

        Raises:
            InvalidFeaturesError: as `score_batch`.
        """
        return self._score(to_matrix(self.features, columns, self.version)[rows])

    def score_one(self, values: Mapping[str, object]) -> Scored:
        """Score one event; as `score_batch`, for Python values, None being NULL."""
        return self._score(self._rows.read(values))[0]

    def _score(self, matrix: NDArray[np.float64]) -> list[Scored]:
        """Score the complete rows together, and put the incomplete ones back between them."""
        finite = np.isfinite(matrix)
        if finite.all():
            return self._score_complete(matrix)
        complete = finite.all(axis=1)
        scored = iter(self._score_complete(matrix[complete]))
        return [next(scored) if known else self._incomplete(row) for known, row in zip(complete, finite)]

    def _score_complete(self, matrix: NDArray[np.float64]) -> list[Scored]:
        """Score together, or each alone if the model fails on them together."""
        try:
            return self._run(matrix)
        except Exception as error:  # noqa: BLE001 -- onnxruntime's errors have no common base, and none may take the batch
            if len(matrix) == 1:
                return [self._failed(f"the model failed: {type(error).__name__}: {error}")]
            return [self._score_complete(matrix[i : i + 1])[0] for i in range(len(matrix))]

    def _run(self, matrix: NDArray[np.float64]) -> list[Scored]:
        scores = self._model.scores(matrix)
        reasons = self._explain(matrix, scores)
        return [self._decided(score, reasons.get(i, NO_REASONS)) for i, score in enumerate(scores.tolist())]

    def _explain(self, matrix: NDArray[np.float64], scores: NDArray[np.float64]) -> dict[int, str]:
        """Reasons by row number, for the rows that are to have some."""
        if not self._reasons:
            return {}
        wanted = np.isfinite(scores) & (self._explain_all | (scores >= self._threshold))
        if not wanted.any():
            return {}
        which = np.flatnonzero(wanted)
        parts = self._explainer.contributions(matrix[which], scores[which])
        rows = zip(which.tolist(), matrix[which], parts)
        return {i: to_json(self.features, values, part, self._reasons) for i, values, part in rows}

    def _decided(self, score: float, reasons: str) -> Scored:
        if not math.isfinite(score):
            return self._failed(f"the model gave the score {score}")
        return Scored(score, ALERT if score >= self._threshold else PASS, self.version, reasons, None)

    def _incomplete(self, finite: NDArray[np.bool_]) -> Scored:
        names = [feature.name for feature, known in zip(self.features, finite) if not known]
        return self._failed(f"no finite value (NULL, NaN or infinite): {', '.join(names)}")

    def _failed(self, error: str) -> Scored:
        return Scored(None, None, self.version, None, error)

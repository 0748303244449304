"""The model in a peer: the graph of the same artifact, run a row at a time, as one calls ONNX Runtime oneself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from headrace.models.artifact import load_artifact

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Model:
    """Scores payments.

    Args:
        artifact: its folder.
    """

    def __init__(self, artifact: Path) -> None:
        found = load_artifact(artifact)
        self._names = [feature.name for feature in found.manifest.features]
        self._threshold, self._version = found.manifest.threshold, found.manifest.version
        self._run = found.model.scores

    def answer(
        self, payment: Mapping[str, Any], features: Mapping[str, float], *, keep: bool
    ) -> dict[str, Any]:
        """As :meth:`predict`, with the features in it if they are kept."""
        answered = self.predict(payment, features)
        return {**answered, **features} if keep else answered

    def predict(self, payment: Mapping[str, Any], features: Mapping[str, float]) -> dict[str, Any]:
        """The record of a payment's prediction, as our contract has it but for reasons."""
        score = float(self._run(np.array([[features[name] for name in self._names]], dtype=np.float64))[0])
        decision = "alert" if score >= self._threshold else "pass"
        return {**payment, "score": score, "decision": decision, "model_version": self._version}

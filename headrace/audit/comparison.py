"""What is served beside what is found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headrace.audit.result import Difference
from headrace.tables.values import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headrace.audit.result import Deployment, Features
    from headrace.models.scorer import Scored

SCORE, DECISION, REASONS, VERSION = "score", "decision", "reasons", "model_version"
"""Columns of the predictions that say what the model said."""
SAID = (SCORE, DECISION, REASONS)


def rescored(prediction: Mapping[str, Any], again: Scored) -> Iterator[Difference]:
    """What a version says now that it did not say then; scores are compared to the last digit."""
    if again.error is not None:
        yield Difference(SCORE, prediction[SCORE], f"no score: {again.error}")
        return
    for what in SAID:
        found = getattr(again, what)
        if prediction[what] != found:
            yield Difference(what, prediction[what], found)


def of_features(prediction: Mapping[str, Any], features: Features) -> Iterator[Difference]:
    """Columns of which the predictions say one thing and the features another: it is not the same event."""
    for column, found in features.row.items():
        if prediction[column] != found:
            yield Difference(f"{column} in {features.table}", as_json(prediction[column]), as_json(found))


def of_deployment(prediction: Mapping[str, Any], deployment: Deployment) -> Iterator[Difference]:
    """Whether the log gives the event to the version that the prediction names."""
    decided = deployment.decided
    if decided is None:
        yield Difference("version by the log", prediction[VERSION], "none: before the first champion")
    elif decided.version != prediction[VERSION]:
        yield Difference("version by the log", prediction[VERSION], decided.version)

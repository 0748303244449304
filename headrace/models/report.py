"""The report of a trained model: one HTML file that needs nothing beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from headrace.models import figures
from headrace.models.histogram import Histogram
from headrace.models.training_set import TrainingSet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from headrace.models.artifact import Artifact
    from headrace.models.definition import ModelDefinition

TEMPLATE = "report.html.j2"
ROWS_SHUFFLED = 20_000
NOTHING = "–"
CAPTIONS = {
    "Precision and recall": "What each threshold would give, and what the chosen one gives.",
    "Scores by class": "Logarithmic: rare events would not be seen otherwise.",
    "Alerts by day": "UTC days.",
    "Calibration": "On the dotted line a score is a probability; larger dots are more events.",
    "Importance of the features": f"By shuffling up to {ROWS_SHUFFLED:,} events; those that say the same share it.",
}
QUALITY = {
    "roc_auc": "area under the ROC curve",
    "average_precision": "average precision",
    "entity_precision_at_k": "entity precision at k",
    "alerts_per_day": "alerts a day",
    "precision": "precision of the alerts",
    "recall": "recall of the alerts",
}


def write_report(definition: ModelDefinition, artifact: Artifact, events: pd.DataFrame, target: Path) -> Path:
    """Render a model's quality, decisions, features and provenance.

    Args:
        definition: the model's definition.
        artifact: the trained model.
        events: the evaluation set it was trained with, or the training set if it had none.
        target: the HTML file to write; replaced if it exists.

    Returns:
        The file. The same input and libraries give the same bytes.

    Raises:
        TrainingSetError, InvalidFeaturesError: as `headrace.models.training.train`.
    """
    document = artifact.manifest.document
    what = "evaluation" if document["evaluation"] else "training"
    judged = TrainingSet(definition, events, what)
    page = _template().render(
        manifest=artifact.manifest,
        document=document,
        what=what,
        rows=f"{len(judged.frame):,}",
        days=document[what]["metrics"]["days"],
        positives=f"{int(judged.labels.sum()):,}",
        headline=_headline(document[what]["metrics"]),
        figures=_figures(artifact, judged),
        quality=_quality(document),
        decision=_decision(document),
        features=_features(document),
        provenance=_provenance(document),
    )
    target.write_text(page, encoding="utf-8")
    return target


def _template() -> Any:
    loader = PackageLoader("headrace.models", package_path="")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template(TEMPLATE)


def _headline(metrics: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (_number(metrics["average_precision"]), "average precision"),
        (_number(metrics["roc_auc"]), "area under the ROC curve"),
        (_number(metrics["entity_precision_at_k"]), f"entity precision at {metrics['k']} a day"),
        (_number(metrics["alerts_per_day"]), "alerts a day"),
        (_percent(metrics["precision"]), "of the alerts are right"),
        (_percent(metrics["recall"]), "of the positives are found"),
    ]


def _figures(artifact: Artifact, judged: TrainingSet) -> list[dict[str, str]]:
    matrix, labels, threshold = judged.inputs.to_numpy(), judged.labels, artifact.manifest.threshold
    scores = artifact.model.scores(matrix)
    some = np.random.default_rng(0).permutation(len(matrix))[:ROWS_SHUFFLED]
    losses = figures.shuffled_losses(artifact.model.scores, matrix[some], labels[some])
    drawn = (
        figures.precision_recall(labels, scores, threshold),
        figures.score_distribution(labels, scores, threshold),
        figures.alerts_by_day(judged.days, labels, scores, threshold),
        figures.calibration(labels, scores),
        figures.importance(judged.definition.feature_names, losses),
    )
    return [
        {"title": title, "caption": caption, "svg": svg}
        for (title, caption), svg in zip(CAPTIONS.items(), drawn)
    ]


def _quality(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    sides = [document["training"] or {}, document["evaluation"] or {}]
    rows = {
        "from, UTC": [_minute(side.get("from")) for side in sides],
        "to, UTC": [_minute(side.get("to")) for side in sides],
        "events": [_number(side.get("rows")) for side in sides],
        "positives": [_number(side.get("positives")) for side in sides],
        **{
            text: [_number(side.get("metrics", {}).get(name)) for side in sides]
            for name, text in QUALITY.items()
        },
    }
    return [(name, training, evaluation) for name, (training, evaluation) in rows.items()]


def _decision(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    policy = {key: value for key, value in document["decision"].items() if key != "threshold"}
    reasons = document["reasons"]
    return [
        ("threshold", f"{document['decision']['threshold']:.9g}"),
        *(
            (key.replace("_", " "), str(value).replace("_", " "))
            for key, value in sorted(policy.items(), reverse=True)
        ),
        ("reasons", f"{reasons['method']}, contributions in {reasons['unit']}"),
        ("arithmetic", document["onnx"]["precision"]),
        (f"largest difference to {_origin(document)}", _number(document["onnx"]["largest_difference"])),
    ]


def _origin(document: Mapping[str, Any]) -> str:
    kind = (document.get("imported") or {}).get("kind", "joblib")
    return "scikit-learn" if kind in {"joblib", "skops"} else str(kind)


def _features(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    counted = document["histograms"]["features"]
    return [
        {**feature, **_shape(Histogram.from_document(counted[feature["name"]]))}
        for feature in document["features"]
    ]


def _shape(histogram: Histogram) -> dict[str, Any]:
    edges, highest = histogram.edges, max(histogram.counts)
    shown = [edges[0], edges[len(edges) // 2], edges[-1]] if edges else [None] * 3
    return {
        "edges": [_number(edge) for edge in shown],
        "heights": [round(100 * number / highest) for number in histogram.counts],
    }


def _provenance(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    evaluation = document["evaluation"] or {}
    return [
        ("source", document["provenance"]["source"] or NOTHING),
        ("SQL of the features", document["provenance"]["feature_sql_sha256"] or NOTHING),
        ("training rows", (document["training"] or {}).get("sha256", NOTHING)),
        ("evaluation rows", evaluation.get("sha256", NOTHING)),
        *sorted(document["files"].items()),
        (
            "libraries",
            ", ".join(f"{name} {number}" for name, number in sorted(document["libraries"].items())),
        ),
    ]


def _minute(time: str | None) -> str:
    return NOTHING if time is None else time[:16].replace("T", " ")


def _number(value: float | None) -> str:
    """Counts in full, everything else to four digits."""
    if value is None:
        return NOTHING
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"


def _percent(value: float | None) -> str:
    return NOTHING if value is None else f"{100 * value:.1f} %"

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from headrace.models.figures import shuffled_losses
from headrace.models.policy import ScoreThreshold
from headrace.models.report import write_report
from headrace.models.training import Provenance, train

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from headrace.models.artifact import Artifact
    from headrace.models.definition import ModelDefinition


@pytest.fixture
def page(definition: ModelDefinition, artifact: Artifact, later: pd.DataFrame, tmp_path: Path) -> str:
    return write_report(definition, artifact, later, tmp_path / "report.html").read_text()


def test_it_says_which_model_this_is_and_how_good(page: str, artifact: Artifact) -> None:
    document = artifact.manifest.document
    assert f"<h1>{artifact.manifest.version}</h1>" in page
    for name in ("roc_auc", "average_precision", "entity_precision_at_k"):
        assert f"{document['evaluation']['metrics'][name]:.4g}" in page
    assert f"{artifact.manifest.threshold:.9g}" in page
    assert document["evaluation"]["from"][:16].replace("T", " ") in page


def test_it_has_a_figure_for_each_question(page: str) -> None:
    titles = re.findall(r"<h2>(.*?)</h2><p>.*?</p><svg", page)
    assert titles == [
        "Precision and recall",
        "Scores by class",
        "Alerts by day",
        "Calibration",
        "Importance of the features",
    ]


def test_it_names_every_feature_every_file_and_every_fingerprint(page: str, artifact: Artifact) -> None:
    document = artifact.manifest.document
    for feature in artifact.manifest.features:
        assert f'<td class="mono">{feature.name}</td>' in page
    for text in [
        *document["files"].values(),
        document["training"]["sha256"],
        document["evaluation"]["sha256"],
    ]:
        assert text in page


def test_it_needs_nothing_beside_it(page: str) -> None:
    assert not re.search(r"<(script|link|img|iframe)\b|@import|url\((?!#)|(src|href)=\"(?!#)", page)


def test_the_same_model_has_the_same_report(
    page: str, definition: ModelDefinition, artifact: Artifact, later: pd.DataFrame, tmp_path: Path
) -> None:
    assert write_report(definition, artifact, later, tmp_path / "again.html").read_text() == page


def test_without_an_evaluation_set_it_says_so(
    definition: ModelDefinition, frame: pd.DataFrame, tmp_path: Path
) -> None:
    given = replace(definition, policy=ScoreThreshold(0.3))
    artifact = train(given, frame, None, tmp_path / "model", Provenance("ab" * 32))
    page = write_report(given, artifact, frame, tmp_path / "report.html").read_text()
    assert "There was no evaluation set." in page


def test_what_people_wrote_is_text_and_no_markup(
    definition: ModelDefinition, frame: pd.DataFrame, later: pd.DataFrame, tmp_path: Path
) -> None:
    artifact = train(
        definition, frame, later, tmp_path / "model", Provenance("ab" * 32, "<script>x</script>")
    )
    page = write_report(definition, artifact, later, tmp_path / "report.html").read_text()
    assert "&lt;script&gt;x&lt;/script&gt;" in page


def test_shuffling_a_feature_that_the_model_ignores_loses_nothing() -> None:
    draw = np.random.default_rng(0)
    matrix = draw.random((200, 2))
    labels = (matrix[:, 0] > 0.8).astype(np.int64)

    def first_column(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return rows[:, 0]

    used, ignored = shuffled_losses(first_column, matrix, labels)
    assert used.min() > 0.3
    assert ignored.tolist() == [0.0, 0.0, 0.0]

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import pytest

from headrace.models.artifact import load_artifact
from headrace.models.histogram import SCORE_EDGES, Histogram, count
from headrace.models.manifest import ArtifactError
from headrace.models.policy import PolicyError, ScoreThreshold
from headrace.models.training import Provenance, train
from headrace.models.training_set import TrainingSet, TrainingSetError

if TYPE_CHECKING:
    import pandas as pd

    from headrace.models.artifact import Artifact
    from headrace.models.definition import ModelDefinition

PROVENANCE = Provenance("cd" * 32, "visits of March")
AGAIN = """
import importlib.util, sys
from pathlib import Path
from headrace.models.training import Provenance, train
spec = importlib.util.spec_from_file_location("models_conftest", sys.argv[1])
made = importlib.util.module_from_spec(spec)
spec.loader.exec_module(made)
from threadpoolctl import threadpool_limits
threadpool_limits(1)
for definition in (made.LINEAR, made.FOREST, made.BOOSTING):
    later = made.make_frame(seed=1, first_day="2026-03-12")
    provenance = Provenance("ab" * 32, "made by the test")
    train(definition, made.make_frame(), later, Path(sys.argv[2]) / definition.name, provenance)
"""


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_same_input_gives_the_same_bytes_in_another_process(
    artifacts: dict[str, Artifact], tmp_path: Path
) -> None:
    command = [sys.executable, "-c", AGAIN, str(Path(__file__).with_name("conftest.py")), str(tmp_path)]
    subprocess.run(
        command, check=True, env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(Path.cwd())}
    )
    again = {name: hashes(tmp_path / name) for name in artifacts}
    assert again == {name: hashes(artifact.path) for name, artifact in artifacts.items()}


def test_rows_in_another_order_give_the_same_version(
    definition: ModelDefinition, frame: pd.DataFrame, later: pd.DataFrame, linear: Artifact, tmp_path: Path
) -> None:
    provenance = Provenance("ab" * 32, "made by the test")
    shuffled = frame.sample(frac=1, random_state=1)[list(reversed(frame.columns))]
    again = train(definition, shuffled, later.sample(frac=1, random_state=2), tmp_path / "a", provenance)
    assert again.manifest == linear.manifest


def test_one_changed_value_gives_another_version(
    definition: ModelDefinition, frame: pd.DataFrame, later: pd.DataFrame, linear: Artifact, tmp_path: Path
) -> None:
    frame.loc[0, "spent"] += 0.01
    again = train(definition, frame, later, tmp_path / "a", Provenance("ab" * 32, "made by the test"))
    assert again.manifest.version != linear.manifest.version


def test_a_version_may_have_a_name_of_its_own(
    definition: ModelDefinition, frame: pd.DataFrame, later: pd.DataFrame, tmp_path: Path
) -> None:
    artifact = train(definition, frame, later, tmp_path / "a", PROVENANCE, version="spring")
    assert load_artifact(artifact.path).manifest.version == "spring"


def test_the_manifest_says_what_was_learned_from_what(
    definition: ModelDefinition, frame: pd.DataFrame, later: pd.DataFrame, tmp_path: Path
) -> None:
    document = train(definition, frame, later, tmp_path / "a", PROVENANCE).manifest.document
    assert document["features"][1] == {"name": "hour", "type": "INT", "unit": "h"}
    assert document["provenance"] == {"feature_sql_sha256": "cd" * 32, "source": "visits of March"}
    assert document["training"]["sha256"] == TrainingSet(definition, frame, "training").fingerprint()
    assert document["evaluation"]["from"] == later["visited_at"].min().isoformat()
    assert document["columns"]["entity"] == "visitor_id"
    assert document["libraries"]["scikit-learn"]
    assert "LogisticRegression(random_state=0)" in document["estimator"]


def test_the_budget_is_kept_on_the_evaluation_set(artifact: Artifact, later: pd.DataFrame) -> None:
    decision = artifact.manifest.document["decision"]
    metrics = artifact.manifest.document["evaluation"]["metrics"]
    assert (decision["policy"], decision["alerts_per_day"]) == ("alert_budget", 20)
    assert 0 < metrics["alerts_per_day"] <= 20
    assert metrics["days"] == later["visited_at"].dt.date.nunique()


def test_metrics_are_those_of_scores_that_tell_something(artifact: Artifact) -> None:
    metrics = artifact.manifest.document["evaluation"]["metrics"]
    assert 0.75 < metrics["roc_auc"] < 1
    assert 0.4 < metrics["average_precision"] < 1


def test_reference_histograms_count_every_training_row(artifact: Artifact, frame: pd.DataFrame) -> None:
    counted = artifact.manifest.document["histograms"]["features"]
    assert list(counted) == sorted(f.name for f in artifact.manifest.features)
    for document in counted.values():
        assert sum(Histogram.from_document(document).counts) == len(frame)


def test_the_reference_of_scores_is_the_evaluation_set(artifact: Artifact, later: pd.DataFrame) -> None:
    reference = Histogram.from_document(artifact.manifest.document["histograms"]["score"])
    inputs = later[[feature.name for feature in artifact.manifest.features]].to_numpy(dtype=float)
    assert reference == count(artifact.model.scores(inputs), SCORE_EDGES)


def test_golden_rows_reach_from_the_lowest_score_to_the_highest(
    artifact: Artifact, later: pd.DataFrame
) -> None:
    inputs = later[[feature.name for feature in artifact.manifest.features]].to_numpy(dtype=float)
    scores = artifact.model.scores(inputs)
    golden = [json.loads(line)["score"] for line in (artifact.path / "golden.jsonl").read_text().splitlines()]
    assert golden == sorted(golden)
    assert (golden[0], golden[-1], len(golden)) == (scores.min(), scores.max(), 32)


def test_the_kept_estimator_scores_like_the_model(artifact: Artifact, later: pd.DataFrame) -> None:
    estimator = joblib.load(artifact.path / "model.joblib")
    inputs = later[[feature.name for feature in artifact.manifest.features]].astype(float)
    assert estimator.predict_proba(inputs)[:, 1] == pytest.approx(
        artifact.model.scores(inputs.to_numpy()), abs=1e-5
    )


def test_without_evaluation_a_budget_can_not_be_met(
    definition: ModelDefinition, frame: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(PolicyError, match="needs an evaluation set"):
        train(definition, frame, None, tmp_path / "a", PROVENANCE)


def test_without_evaluation_a_given_threshold_is_enough(
    definition: ModelDefinition, frame: pd.DataFrame, tmp_path: Path
) -> None:
    given = replace(definition, policy=ScoreThreshold(0.3))
    artifact = train(given, frame, None, tmp_path / "a", PROVENANCE)
    assert artifact.manifest.threshold == 0.3
    assert artifact.manifest.document["evaluation"] is None


def test_nothing_is_written_when_a_frame_is_refused(
    definition: ModelDefinition, frame: pd.DataFrame, later: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(TrainingSetError, match="the evaluation set"):
        train(definition, frame, later.assign(spent=np.nan), tmp_path / "a", PROVENANCE)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_artifact_is_left_alone(
    linear: Artifact, definition: Any, frame: Any, later: Any
) -> None:
    before = hashes(linear.path)
    with pytest.raises(ArtifactError, match="exists already"):
        train(definition, frame, later, linear.path, PROVENANCE)
    assert hashes(linear.path) == before

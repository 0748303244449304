from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from headrace.cli.run import newest_model
from headrace.errors import HeadraceError
from headrace.models.definition import ScoreThreshold
from headrace.runtime.job import Job
from headrace.runtime.run import Run
from headrace.training import train as training_module
from headrace.training.period import Period, moment
from headrace.training.train import Training, keep_training_set, train
from tests.local_tables import ROOT
from tests.unit.training.conftest import lay_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.models.definition import ModelDefinition

SHA256 = "ab" * 32


@pytest.fixture
def training(
    tmp_path: Path,
    definition: ModelDefinition,
    payment: Callable[..., dict[str, Any]],
    verdict: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> Training:
    """A model to be trained on 80 payments whose features are there already; the odd ones are frauds."""
    monkeypatch.setattr(training_module, "compute_features", lambda _run, _watch: SHA256)
    features = [
        payment(
            number, f"2018-05-{number // 40 + 1:02}T{number % 24:02}:00:00", amount=10 + 90 * (number % 2)
        )
        for number in range(80)
    ]
    lay_tables(
        tmp_path, features, [verdict(number, "2018-05-09T00:00:00", number % 2) for number in range(80)]
    )
    return Training(
        definition=replace(definition, policy=ScoreThreshold(0.5)),
        run=Run(ROOT, Job("fraud", "backfill"), tmp_path),
        period=Period(moment("2018-05-01"), moment("2018-05-02")),
        evaluation=Period(moment("2018-05-02"), moment("2018-05-03")),
    )


def unwatched(_job: object) -> None:
    """Nothing runs here."""


def test_a_version_lands_in_the_data_folder_with_where_it_came_from(training: Training) -> None:
    artifact = train(training, unwatched)
    document = artifact.manifest.document
    assert artifact.path == training.run.data / "models" / artifact.manifest.version
    assert (document["training"]["rows"], document["evaluation"]["rows"]) == (40, 40)
    assert SHA256 in str(document)
    assert "fraud-backfill fraud.parquet" in str(document)


def test_what_was_learned_from_is_kept(training: Training) -> None:
    train(training, unwatched)
    kept = pd.read_parquet(training.run.data / "training_sets" / "fraud.parquet")
    assert kept["transaction_id"].tolist() == list(range(40))


def test_training_the_same_again_gives_the_same_version_and_leaves_nothing_behind(training: Training) -> None:
    first, second = train(training, unwatched), train(training, unwatched)
    assert first.manifest == second.manifest
    assert [path.name for path in first.path.parent.iterdir()] == [first.path.name]


def test_a_model_need_not_be_judged(training: Training) -> None:
    artifact = train(replace(training, evaluation=None), unwatched)
    assert artifact.manifest.document["evaluation"] is None


def test_labels_that_were_not_known_in_time_leave_nothing_to_learn_from(training: Training) -> None:
    with pytest.raises(HeadraceError):
        train(replace(training, as_of=moment("2018-05-08")), unwatched)
    assert list((training.run.data / "models").iterdir()) == []


def test_a_training_set_is_written_as_it_is_and_always_the_same(tmp_path: Path) -> None:
    frame = pd.DataFrame({"b": [2, 1], "a": ["x", "y"]})
    first = keep_training_set(frame, tmp_path / "sets" / "one.parquet")
    second = keep_training_set(frame, tmp_path / "sets" / "two.parquet")
    assert pd.read_parquet(first).equals(frame)
    assert first.read_bytes() == second.read_bytes()


def test_the_version_trained_last_is_the_newest_also_when_it_was_there_before(training: Training) -> None:
    first = train(training, unwatched)
    later = train(replace(training, evaluation=None), unwatched)
    for age, artifact in enumerate((first, later)):
        os.utime(artifact.path / "manifest.json", (age, age))
    assert newest_model(training.run.data / "models") == later.path
    assert train(training, unwatched).path == first.path
    assert newest_model(training.run.data / "models") == first.path

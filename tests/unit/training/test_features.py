from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.runtime.job import Job
from headrace.runtime.run import Run, prepare
from headrace.training import features
from headrace.training.features import compute_features, feature_sql_sha256
from tests.unit.runtime.conftest import FILES, lay

if TYPE_CHECKING:
    from pathlib import Path


class PretendedJob:
    """Runs of the job: each writes one file of sales."""

    def __init__(self) -> None:
        self.runs: list[Run] = []

    def start(self, run: Run) -> PretendedJob:
        self.runs.append(run)
        lay(run.data, {"sales/part-0": "{}\n"})
        return self

    def watch(self, job: PretendedJob) -> None:
        assert job is self


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> PretendedJob:
    made = PretendedJob()
    monkeypatch.setattr(features, "start", made.start)
    return made


@pytest.fixture
def run(tmp_path: Path) -> Run:
    root, data = lay(tmp_path / "suite", FILES), lay(tmp_path / "data", {"visits/part-0": '{"id": 1}\n'})
    return Run(root, Job("shop", "guess_sales"), data, "disk", "slow", values={"FOLDER": str(data)})


def sha256_of(run: Run) -> str:
    return feature_sql_sha256(prepare(run)[1], run.root)


def test_the_hash_is_that_of_contracts_and_views_whatever_binds_them(run: Run) -> None:
    before = sha256_of(run)
    lay(
        run.root,
        {"connectors/disk/shop/visits.sql": "CREATE TABLE visits WITH ('x'='y') LIKE contracts.visits;"},
    )
    lay(run.root, {"sql/shop/views/unused.sql": "CREATE TEMPORARY VIEW unused AS SELECT 1;"})
    assert sha256_of(run) == before


@pytest.mark.parametrize(
    "changed", ["views/long_visits", "views/guesses", "contracts/visits", "functions/guess"]
)
def test_the_hash_changes_with_what_the_features_are_computed_by(run: Run, changed: str) -> None:
    before = sha256_of(run)
    lay(run.root, {f"sql/shop/{changed}.sql": FILES[f"sql/shop/{changed}.sql"] + "-- changed\n"})
    assert sha256_of(run) != before


def test_the_hash_is_the_same_wherever_the_suite_lies(run: Run, tmp_path: Path) -> None:
    elsewhere = lay(tmp_path / "elsewhere", FILES)
    moved = Run(elsewhere, run.job, run.data, "disk", "slow", values=run.values)
    assert sha256_of(moved) == sha256_of(run)


def test_features_are_computed_anew_when_there_are_none(run: Run, job: PretendedJob) -> None:
    assert compute_features(run, job.watch) == sha256_of(run)
    assert [each.overwrite for each in job.runs] == [True]


def test_features_are_kept_while_their_input_and_their_sql_are_the_same(run: Run, job: PretendedJob) -> None:
    assert compute_features(run, job.watch) == compute_features(run, job.watch)
    assert len(job.runs) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"data/visits/part-0": '{"id": 2}\n{"id": 3}\n'},
        {"data/visits/part-1": '{"id": 4}\n'},
        {
            "suite/sql/shop/views/long_visits.sql": "CREATE TEMPORARY VIEW long_visits AS SELECT id FROM visits;"
        },
    ],
    ids=["input changed", "input added", "SQL changed"],
)
def test_features_are_computed_again_after_a_change(
    run: Run, job: PretendedJob, tmp_path: Path, changes: dict[str, str]
) -> None:
    compute_features(run, job.watch)
    lay(tmp_path, changes)
    compute_features(run, job.watch)
    assert len(job.runs) == 2


def test_features_of_a_run_that_was_interrupted_are_computed_again(run: Run, job: PretendedJob) -> None:
    def interrupt(_job: PretendedJob) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute_features(run, interrupt)
    compute_features(run, job.watch)
    assert len(job.runs) == 2

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from headrace.demo import play as playing
from headrace.demo.play import Stage, play
from headrace.demo.story import Demo, Periods, load_demo
from headrace.errors import HeadraceError
from headrace.training.period import Period, moment
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.runtime.run import Run
    from headrace.training.train import Training

DAYS = [moment(f"2018-05-0{day}") for day in range(1, 5)]
PERIODS = Periods(Period(DAYS[0], DAYS[1]), Period(DAYS[1], DAYS[2]), Period(DAYS[2], DAYS[3]))


class Stagehand:
    """Notes what a demo asks for, in order; nothing is trained or run."""

    def __init__(self, data: Path) -> None:
        self.said: list[str] = []
        self.trainings: list[Training] = []
        self.runs: list[Run] = []
        self.watched: list[str] = []
        self.built: list[tuple[Path, bool]] = []
        self.stage = Stage(
            ROOT,
            data,
            True,
            lambda *_: None,
            lambda _, title: self.watched.append(title),
            self.said.append,
            8099,
        )
        self.demo = Demo("fraud", "backfill", "realtime", "transactions_raw", "transactions", self.build)

    def build(self, folder: Path, quick: bool, _progress: Callable[..., None]) -> Periods:
        self.built.append((folder, quick))
        return PERIODS

    def train(self, training: Training, watch: Callable[[Any], None]) -> Any:
        self.trainings.append(training)
        watch(None)
        metrics = {"roc_auc": 0.9, "average_precision": 0.5}
        manifest = SimpleNamespace(
            version="fraud-1", threshold=0.25, document={"evaluation": {"metrics": metrics}}
        )
        return SimpleNamespace(manifest=manifest, path=self.stage.data / "models" / "fraud-1")

    def start(self, run: Run) -> None:
        self.runs.append(run)


@pytest.fixture
def stagehand(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Stagehand:
    made = Stagehand(tmp_path)
    assert root == made.stage.root
    monkeypatch.setattr(playing, "train", made.train)
    monkeypatch.setattr(playing, "start", made.start)
    return made


def test_a_demo_builds_trains_runs_and_counts(stagehand: Stagehand) -> None:
    summary = play(stagehand.demo, stagehand.stage)
    assert stagehand.built == [(stagehand.stage.data, True)]
    assert stagehand.watched == ["features of the history", "live events"]
    assert [said.strip()[:3] for said in stagehand.said] == ["1/4", "2/4", "fra", "3/4", "4/4"]
    assert (summary.events_in, summary.nothing_lost) == (0, True)


def test_the_model_knows_no_label_of_the_live_period_or_later(stagehand: Stagehand) -> None:
    play(stagehand.demo, stagehand.stage)
    (training,) = stagehand.trainings
    assert (training.period, training.evaluation) == (PERIODS.training, PERIODS.evaluation)
    assert training.as_of == PERIODS.live.start
    assert training.run.job.pipeline == "backfill"


def test_the_live_job_scores_with_the_new_model_and_starts_anew(stagehand: Stagehand) -> None:
    play(stagehand.demo, stagehand.stage)
    (run,) = stagehand.runs
    assert run.parameters == {"headrace.model": str(stagehand.stage.data / "models" / "fraud-1")}
    assert (run.job.pipeline, run.overwrite, run.ui_port) == ("realtime", True, 8099)


def test_the_fraud_demo_is_found_by_name(root: Path) -> None:
    assert load_demo(root, "fraud").model == "fraud"


def test_an_unknown_demo_is_refused_with_those_there_are(root: Path) -> None:
    with pytest.raises(HeadraceError, match=r"there is no demo 'froud'; there are: fraud"):
        load_demo(root, "froud")


def test_a_file_without_demo_is_refused_by_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "demos").mkdir()
    (tmp_path / "demos" / "shop.py").write_text("")
    monkeypatch.setitem(sys.modules, "demos.shop", ModuleType("demos.shop"))
    with pytest.raises(HeadraceError, match=r"demos/shop\.py declares no DEMO"):
        load_demo(tmp_path, "shop")

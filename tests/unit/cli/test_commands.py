"""What ``explain``, ``check``, ``data``, ``train`` and ``demo`` ask for and print; the asked are tested elsewhere."""

from __future__ import annotations

import json
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from headrace.checks.verdict import Verdict
from headrace.cli import check as check_command
from headrace.cli import explain as explain_command
from headrace.demo import play as playing
from headrace.demo.summary import Summary
from headrace.models.artifact import load_artifact
from headrace.training import train as training
from headrace.training.period import moment
from tests.local_tables import ROOT
from tests.unit.cli.conftest import one_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.runtime.run import Run
    from headrace.training.train import Training
    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]


def test_explain_prints_the_plan_as_it_is(
    headrace: Headrace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Run] = []
    monkeypatch.setattr(
        explain_command, "plan_of", lambda run: asked.append(run) or f"Calc(select=[a]) {'x' * 2000}"
    )
    said = headrace(
        "explain", "realtime", "--environment", "live", "--profile", "low-latency", "--data", tmp_path
    )
    assert said == (0, f"Calc(select=[a]) {'x' * 2000}\n", "")
    assert [(run.job.pipeline, run.environment, run.profile) for run in asked] == [
        ("realtime", "live", "low-latency")
    ]


def test_explain_of_an_unknown_job_is_refused(headrace: Headrace) -> None:
    assert "there is no job 'realtme'" in one_error(headrace("explain", "realtme"))


@pytest.fixture
def verdicts(monkeypatch: pytest.MonkeyPatch) -> list[Verdict]:
    found = [Verdict("50 SQL files"), Verdict("realtime in live", note="planned with '1' for ${HOST}")]
    monkeypatch.setattr(check_command, "verdicts", lambda *_: found)
    return found


def test_check_prints_what_was_checked(headrace: Headrace, verdicts: list[Verdict]) -> None:
    said = headrace("check")
    assert said.code == 0
    assert all(verdict.subject in said.out for verdict in verdicts)
    assert "planned with '1' for ${HOST}" in said.out


def test_check_prints_each_error_on_a_line_and_fails(headrace: Headrace, verdicts: list[Verdict]) -> None:
    error = f"{'/long' * 60}/a.sql:3: column [x] has no COMMENT"
    verdicts.append(Verdict("SQL files", error))
    said = headrace("check")
    assert said.code == 1
    assert said.out.splitlines()[-1] == error


def test_check_prints_json_for_scripts(headrace: Headrace, verdicts: list[Verdict]) -> None:
    verdicts.append(Verdict("score in live", "no"))
    said = headrace("check", "--json")
    assert said.code == 1
    assert json.loads(said.out)[1:] == [
        {"subject": "realtime in live", "error": "", "note": "planned with '1' for ${HOST}"},
        {"subject": "score in live", "error": "no", "note": ""},
    ]


@pytest.fixture
def dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A suite whose only data set notes what was asked of it."""
    asked: list[Any] = []
    published = [SimpleNamespace(rows=10), SimpleNamespace(rows=10, sha256="ab" * 32)]
    verdict = SimpleNamespace(first_day=0, last_day=9, published=published[0], found=published[1], holds=True)
    module = ModuleType("datasets.shop")
    module.build = lambda *arguments: asked.append(arguments[:-1]) or arguments[0]
    module.verify = lambda _progress: [verdict]
    monkeypatch.setitem(sys.modules, "datasets.shop", module)
    for folder in ("sql", "datasets/shop"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "datasets" / "shop" / "__init__.py").write_text("")
    return SimpleNamespace(root=tmp_path, asked=asked, verdict=verdict)


def test_data_builds_the_days_that_were_asked_for(headrace: Headrace, dataset: SimpleNamespace) -> None:
    data = dataset.root / "data [1]"
    days = ["--first-day", 3, "--last-day", 9]
    said = headrace("data", "shop", "--root", dataset.root, "--data", data, *days)
    assert (said.code, said.out) == (0, f"built {data}\n")
    assert dataset.asked == [(data, 3, 9)]
    assert json.loads(headrace("data", "shop", "--root", dataset.root, "--data", data, "--json").out) == {
        "folder": str(data)
    }


@pytest.mark.parametrize(("holds", "code"), [(True, 0), (False, 1)])
def test_data_that_is_not_as_published_fails(
    headrace: Headrace, dataset: SimpleNamespace, holds: bool, code: int
) -> None:
    dataset.verdict.holds = holds
    said = headrace("data", "shop", "--root", dataset.root, "--verify")
    assert said.code == code
    assert "abababababab" in said.out
    (row,) = json.loads(headrace("data", "shop", "--root", dataset.root, "--verify", "--json").out)
    assert (row["published rows"], row["as published"]) == (10, holds)


def test_an_unknown_data_set_is_refused_with_those_there_are(
    headrace: Headrace, dataset: SimpleNamespace
) -> None:
    error = one_error(headrace("data", "store", "--root", dataset.root))
    assert "there is no data set 'store'; there are: shop" in error


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch, artifact: Path) -> list[Training]:
    """Trainings that were asked for; each gives the same model."""
    asked: list[Training] = []
    monkeypatch.setattr(training, "train", lambda each, _watch: asked.append(each) or load_artifact(artifact))
    return asked


def test_train_learns_from_a_period_and_judges_on_the_next(
    headrace: Headrace, trainings: list[Training], tmp_path: Path
) -> None:
    options = [
        "--from",
        "2018-04-18",
        "--to",
        "2018-04-25",
        "--evaluate-to",
        "2018-05-02",
        "--as-of",
        "2018-05-09",
        "--no-log",
    ]
    assert headrace("train", "fraud", *options, "--data", tmp_path).code == 0
    (asked,) = trainings
    assert (asked.period.start, asked.period.end) == (moment("2018-04-18"), moment("2018-04-25"))
    assert (asked.evaluation.start, asked.evaluation.end) == (moment("2018-04-25"), moment("2018-05-02"))
    assert (asked.as_of, asked.run.job.pipeline) == (moment("2018-05-09"), "backfill")


def test_train_prints_the_metrics_and_where_the_artifact_is(
    headrace: Headrace, trainings: list[Training], artifact: Path
) -> None:
    period = ["--from", "2018-04-18", "--to", "2018-04-25", "--no-log"]
    said = headrace("train", "fraud", *period)
    assert "on its training events" in said.out
    assert "roc_auc" in said.out
    assert said.out.splitlines()[-2:] == [
        f"artifact {artifact}",
        f"report   {artifact.parent.parent / 'reports' / artifact.name}.html",
    ]
    document = json.loads(headrace("train", "fraud", *period, "--json").out)
    assert (document["path"], document["model"]) == (str(artifact), "fraud")
    assert len(trainings) == 2


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["fraud", "--from", "yesterday", "--to", "2018-04-25"], "expected a date or time like 2018-05-01"),
        (["fraud", "--from", "2018-04-25", "--to", "2018-04-18"], "is empty"),
        (["froud", "--from", "2018-04-18", "--to", "2018-04-25"], "there is no model definition 'froud'"),
        (
            ["fraud", "--from", "2018-04-18", "--to", "2018-04-25", "--job", "backfil"],
            "there is no job 'backfil'",
        ),
    ],
    ids=["date", "period", "model", "job"],
)
def test_train_refuses_what_it_can_not_do(headrace: Headrace, arguments: list[str], expected: str) -> None:
    assert expected in one_error(headrace("train", *arguments))


SUMMARY = Summary(
    events_in=10,
    accepted=7,
    dead_letters={"duplicate": 2, "late": 1},
    expected={"duplicate": 2, "future": 1},
    predictions=7,
    alerts=1,
    model_versions=["fraud-1"],
    quality={"roc_auc": 0.8765},
    seconds=2.0,
)


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Stages that demos were played on."""
    stages: list[Any] = []

    def play(_demo: object, stage: Any) -> Summary:
        stages.append(stage)
        stage.progress("days", 1, 2)
        stage.announce("4/4  what came out")
        return SUMMARY

    monkeypatch.setattr(playing, "play", play)
    return stages


def test_demo_says_what_came_out_and_how_to_go_on(
    headrace: Headrace, played: list[Any], tmp_path: Path
) -> None:
    said = headrace("demo", "--quick", "--ui-port", 8099, "--data", tmp_path)
    assert said.code == 0
    assert said.err == "4/4  what came out\n"
    assert "5 a second" in said.out
    assert "nothing lost, nothing doubled" in said.out
    assert [
        name for name in ("duplicate", "late", "future", "roc_auc", "fraud-1") if name not in said.out
    ] == []
    assert f"headrace dlq summary --data {tmp_path}" in said.out
    (stage,) = played
    assert (stage.quick, stage.ui_port, stage.data) == (True, 8099, tmp_path)


def test_demo_prints_json_for_scripts(headrace: Headrace, played: list[Any], tmp_path: Path) -> None:
    document = json.loads(headrace("demo", "--json", "--data", tmp_path).out)
    assert (document["events_in"], document["nothing_lost"], document["as_expected"]) == (10, True, False)
    assert len(played) == 1


def test_a_demo_that_lost_something_fails(
    headrace: Headrace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lost = Summary(**{**vars(SUMMARY), "accepted": 6})
    monkeypatch.setattr(playing, "play", lambda *_: lost)
    said = headrace("demo", "--data", tmp_path)
    assert said.code == 1
    assert "RECORDS WERE LOST OR DOUBLED" in said.out
    assert "error: records were lost or doubled" in said.err


def test_an_unknown_demo_is_refused(headrace: Headrace, tmp_path: Path) -> None:
    assert "there is no demo 'shop'; there are: fraud" in one_error(
        headrace("demo", "shop", "--data", tmp_path)
    )


def test_commands_find_the_suite_that_the_environment_names(
    headrace: Headrace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HEADRACE_ROOT", str(tmp_path))
    assert f"no suite in {tmp_path}" in one_error(headrace("explain", "realtime"))
    monkeypatch.setenv("HEADRACE_ROOT", str(ROOT))
    assert "there is no job 'x'" in one_error(headrace("explain", "x"))

"""``headrace whatif`` and ``headrace promote --gate``, as a person sees them."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from headrace.deployments.log import read_log
from headrace.deployments.store import Folder
from headrace.training import features
from tests.artifact import make_artifact
from tests.deployment_log import make_log
from tests.local_tables import ROOT
from tests.unit.cli.conftest import one_error
from tests.unit.dead_letters.conftest import put
from tests.unit.whatif.conftest import payments, prediction, verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]

PERIOD = ("--from", "2018-05-03", "--to", "2018-05-10")


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with features, labels, a champion, and two that may follow it."""
    data = tmp_path_factory.mktemp("history")
    rows = payments()
    put(data, "transaction_features", rows)
    put(data, "labels", map(verdict, rows))
    make_artifact(data / "models" / "fraud-better", "fraud-better", 0.3)
    make_artifact(data / "models" / "fraud-worse", "fraud-worse", 0.999)
    make_log(data, [{"role": "champion", "version": "fraud-a"}])
    return data


@pytest.fixture
def data(history: Path, tmp_path: Path) -> Path:
    shutil.copytree(history, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def ask(headrace: Headrace, data: Path) -> Headrace:
    """``ask("--model", "fraud-better")`` of the week there is."""

    def _ask(*arguments: object) -> Said:
        given = {str(argument) for argument in arguments}
        period = () if "--from" in given else PERIOD
        return headrace(
            "whatif", "fraud", *period, "--features", "transaction_features", "--data", data, *arguments
        )

    return _ask


@pytest.fixture
def promote(headrace: Headrace, data: Path) -> Headrace:
    """``promote("fraud-better")`` with a gate, after it was made a shadow."""

    def _promote(version: str, *arguments: object) -> Said:
        said = ("--reason", "because", "--author", "kim", "--data", data)
        assert headrace("shadow", version, *said).code == 0
        return headrace("promote", version, *said, *(arguments or ["--gate"]))

    return _promote


def champion(data: Path) -> tuple[str, str]:
    last = [each for each in read_log(Folder(data / "deployments")).in_force if each.role == "champion"][-1]
    return last.version, last.reason


def document(data: Path, folder: str) -> Any:
    return json.loads((data / "whatif" / folder / "whatif.json").read_text(encoding="utf-8"))


def test_a_person_sees_what_would_change_and_where_and_finds_the_page(ask: Headrace, data: Path) -> None:
    said = ask("--model", "fraud-better")
    assert said.code == 0
    assert "fraud-better instead of the champion fraud-a: 600 events of 5 days" in said.out
    for part in ("net saved, units", "share of positives", "analyst days", "is_night", "from 1"):
        assert part in said.out
    assert "an alert costs 4 units and saves 80 % of the amount of a positive" in said.out
    page = data / "whatif" / "fraud-better" / "whatif.html"
    assert f"page {page}\n" in said.out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_script_gets_the_document_that_is_kept(ask: Headrace, data: Path) -> None:
    found = json.loads(ask("--model", "fraud-better", "--json").out)
    assert found == document(data, "fraud-better")
    assert (found["format"], found["candidate"]["versions"], found["baseline"]["champion"]) == (
        1,
        ["fraud-better"],
        True,
    )


def test_without_a_model_the_champion_is_asked_about_and_at_another_threshold_it_has_another_folder(
    ask: Headrace, data: Path
) -> None:
    found = json.loads(ask("--threshold", "0", "--json").out)
    assert found["candidate"]["versions"] == ["fraud-a"]
    assert found["measured"]["candidate"]["reviews"]["value"] == 600
    assert document(data, "fraud-a-at-0") == found


def test_without_deployments_the_newest_version_is_asked_about(ask: Headrace, data: Path) -> None:
    shutil.rmtree(data / "deployments")
    (data / "models" / "fraud-worse" / "manifest.json").touch()
    found = json.loads(ask("--baseline", "fraud-a", "--json").out)
    assert (found["candidate"]["versions"], found["baseline"]["versions"]) == (["fraud-worse"], ["fraud-a"])


def test_what_was_decided_is_compared_with_where_there_are_predictions(ask: Headrace, data: Path) -> None:
    put(data, "predictions", [prediction(row, "pass", "fraud-a") for row in payments()])
    assert json.loads(ask("--json").out)["baseline"]["kind"] == "decided"
    assert json.loads(ask("--json", "--baseline", "champion").out)["baseline"]["kind"] == "replayed"


def test_versions_may_lie_elsewhere_and_the_result_go_elsewhere(
    ask: Headrace, data: Path, tmp_path: Path
) -> None:
    (data / "models" / "fraud-better").rename(tmp_path / "fraud-better")
    assert ask("--model", "fraud-better", "--models", tmp_path, "--output", tmp_path / "out").code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"whatif.json", "whatif.html"}
    assert not (data / "whatif").exists()


def test_slices_costs_draws_and_the_moment_are_those_that_are_given(ask: Headrace, tmp_path: Path) -> None:
    costs = tmp_path / "costs.yaml"
    costs.write_text("{currency: EUR, amount: amount, review_cost: 9, recovered_share: 1, reviews_a_day: 10}")
    moments = (
        "--as-of",
        "2018-05-14",
        "--resamples",
        150,
        "--seed",
        3,
        "--slice-by",
        "is_night",
        "--costs",
        costs,
    )
    found = json.loads(ask("--json", *moments).out)
    assert [(part["column"], part["value"]) for part in found["slices"]] == [
        ("is_night", "0"),
        ("is_night", "1"),
    ]
    assert (found["resamples"], found["seed"], found["costs"]["review_cost"]) == (150, 3, 9)
    assert found["replayed"]["unlabelled"] > 0


def test_features_of_the_past_are_computed_where_they_are_not_given(
    headrace: Headrace, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []

    def compute(run: Any, _watch: object) -> str:
        ran.append((run.job.pipeline, run.data))
        put(data, "training_features", payments())
        return ""

    monkeypatch.setattr(features, "compute_features", compute)
    said = headrace("whatif", "fraud", *PERIOD, "--model", "fraud-better", "--data", data)
    assert (said.code, ran) == (0, [("backfill", data)])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "fraud-x"], "no version 'fraud-x' in "),
        (["--baseline", "fraud-x"], "no version 'fraud-x' in "),
        (["--baseline", "decided"], "none of the 600 events in transaction_features"),
        (["--from", "2019-01-01", "--to", "2019-01-02"], "has no events of 2019-01-01"),
        (["--from", "2018-05-03", "--to", "2018-05-03"], "is empty"),
        (["--as-of", "2018-05-05"], "no label is known as of 2018-05-05"),
        (["--slice-by", "moon"], "lacks moon"),
        (["--features", "moon"], "table moon lacks transaction_id"),
        (["--costs", "nowhere.yaml"], "costs nowhere.yaml can not be read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_can_not_be_replayed_is_refused_in_a_sentence(
    ask: Headrace, data: Path, arguments: list[str], said: str
) -> None:
    assert said in one_error(ask(*arguments))
    assert not (data / "whatif").exists()


def test_a_line_of_the_costs_that_is_wrong_is_named(ask: Headrace, tmp_path: Path) -> None:
    (tmp_path / "costs.yaml").write_text("currency: EUR\namount: amount\nreview_cost: dear\n")
    error = one_error(ask("--costs", tmp_path / "costs.yaml"))
    assert f"{tmp_path}/costs.yaml:3: review_cost: Input should be a valid number, got 'dear'" in error


def test_with_nothing_decided_and_nothing_deployed_there_is_nothing_to_compare_with(
    ask: Headrace, data: Path
) -> None:
    shutil.rmtree(data / "deployments")
    assert "there is nothing to compare with: no predictions of 2018-05-03" in one_error(ask())
    shutil.rmtree(data / "models")
    assert "no versions in " in one_error(ask())


def test_no_use_case_of_that_name_is_said(headrace: Headrace, data: Path) -> None:
    said = one_error(headrace("whatif", "moon", *PERIOD, "--model", "fraud-better", "--data", data))
    assert "there is no use case 'moon'" in said


def test_a_version_that_a_replay_speaks_for_is_promoted_and_the_numbers_stand_in_the_log(
    ask: Headrace, promote: Headrace, data: Path
) -> None:
    assert ask("--model", "fraud-better").code == 0
    said = promote("fraud-better")
    assert said.code == 0
    assert said.err.startswith("gate: net saved ")
    version, reason = champion(data)
    assert version == "fraud-better"
    assert reason == f"because ({said.err.strip()})"


def test_a_version_that_may_be_worse_is_not_promoted_and_the_numbers_are_said(
    ask: Headrace, promote: Headrace, data: Path
) -> None:
    assert ask("--model", "fraud-worse").code == 0
    said = one_error(promote("fraud-worse"))
    assert "fraud-worse may be worse than fraud-a by more than is allowed: net saved −" in said
    assert "hint: Look at the page of the replay." in said
    assert champion(data)[0] == "fraud-a"


def test_with_a_margin_that_is_large_enough_it_is_promoted(
    ask: Headrace, promote: Headrace, data: Path
) -> None:
    assert ask("--model", "fraud-worse").code == 0
    assert promote("fraud-worse", "--gate", "--margin", "5").code == 0
    assert champion(data)[0] == "fraud-worse"


def test_without_a_gate_nobody_is_asked(promote: Headrace, data: Path) -> None:
    assert promote("fraud-worse", "--margin", "0.05").code == 0
    assert champion(data) == ("fraud-worse", "because")


def test_a_version_without_a_replay_is_not_promoted(promote: Headrace, data: Path) -> None:
    said = one_error(promote("fraud-better"))
    assert "fraud-better/whatif.json: no result of a replay: No such file" in said
    assert "headrace whatif makes it" in said
    assert champion(data)[0] == "fraud-a"


def test_the_replay_of_another_version_is_not_taken(ask: Headrace, promote: Headrace, data: Path) -> None:
    assert ask("--model", "fraud-better").code == 0
    file = data / "whatif" / "fraud-better" / "whatif.json"
    assert "the replay is of fraud-better" in one_error(promote("fraud-worse", "--gate-file", file))
    assert champion(data)[0] == "fraud-a"


def test_a_replay_against_a_champion_that_is_none_any_more_is_not_taken(
    ask: Headrace, headrace: Headrace, promote: Headrace, data: Path
) -> None:
    assert ask("--model", "fraud-better").code == 0
    assert headrace("deploy", "fraud-worse", "--reason", "since then", "--data", data).code == 0
    said = one_error(promote("fraud-better"))
    assert "the replay compares with fraud-a, champion is fraud-worse" in said
    assert "headrace whatif --baseline champion" in said


def test_a_replay_is_not_taken_when_labels_have_come_for_more_than_a_week_since(
    ask: Headrace, promote: Headrace, data: Path
) -> None:
    assert ask("--model", "fraud-better").code == 0
    late = {**verdict(payments()[0]), "available_at": "2018-06-01T00:00:00Z"}
    put(data, "labels", [late], "part-1")
    assert "there are some of 2018-06-01 00:00" in one_error(promote("fraud-better"))


def test_a_machine_without_the_tables_can_not_tell_how_old_a_replay_is(
    ask: Headrace, headrace: Headrace, data: Path, tmp_path: Path
) -> None:
    assert ask("--model", "fraud-better", "--output", tmp_path / "out").code == 0
    log = ("--deployments", data / "deployments", "--reason", "because")
    assert headrace("shadow", data / "models" / "fraud-better", *log).code == 0
    elsewhere = ("--data", tmp_path / "nowhere", "--gate-file", tmp_path / "out" / "whatif.json")
    assert headrace("promote", *log, *elsewhere).code == 0
    assert champion(data)[0] == "fraud-better"


def test_the_costs_of_the_suite_are_those_that_are_taken(ask: Headrace) -> None:
    from headrace.whatif.costs import default_costs, read_costs

    found = json.loads(ask("--json").out)
    assert found["costs"] == read_costs(default_costs(ROOT, "fraud")).model_dump()

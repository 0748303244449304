from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headrace.errors import HeadraceError
from headrace.models.artifact import load_artifact
from headrace.models.scorer import Scorer
from headrace.training.period import moment
from headrace.whatif.measures import MEASURES
from headrace.whatif.replay import was_decided, what_if
from headrace.whatif.result import WhatIfError
from headrace.whatif.sides import Version, champion_of, version_of
from headrace.whatif.wording import caveats, headline
from tests.deployment_log import make_log
from tests.unit.dead_letters.conftest import put
from tests.unit.whatif.conftest import COSTS, ROWS, payments, prediction, value, verdict

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.whatif.replay import Question


def test_a_replay_decides_as_the_scoring_function_does(question: Question) -> None:
    rows, artifact = payments(), question.candidate.artifact
    names = [each.name for each in artifact.manifest.features]
    scorer = Scorer(artifact)
    alerts = [
        row for row in rows if scorer.score_one({name: row[name] for name in names}).decision == "alert"
    ]
    caught = [row for row in alerts if verdict(row)["fraud"]]
    found = what_if(question)
    assert value(found, "candidate", "reviews") == len(alerts)
    assert value(found, "candidate", "caught") == len(caught)
    saved = 0.8 * sum(row["amount"] for row in caught) - 4 * len(alerts)
    assert value(found, "candidate", "net_saved") == pytest.approx(saved)


def test_a_stricter_version_costs_fewer_reviews_and_catches_less(question: Question) -> None:
    found = what_if(question)
    assert (value(found, "difference", "reviews") or 0) < 0
    assert (value(found, "difference", "caught") or 0) < 0
    assert found.candidate.versions == ("fraud-strict",)
    assert found.baseline.versions == ("fraud-a",)
    assert "fraud-strict instead of fraud-a: 600 events of 5 days" in headline(found)


def test_the_same_version_differs_from_itself_by_nothing(same: Question) -> None:
    found = what_if(same)
    for measured in (found.measured, *(part.measured for part in found.slices)):
        assert {(each.value, each.lower, each.upper) for each in measured.difference.values()} <= {
            (0.0, 0.0, 0.0),
            (None, None, None),
        }


def test_a_threshold_of_zero_alerts_on_everything(same: Question) -> None:
    found = what_if(replace(same, candidate=replace(same.candidate, threshold=0.0)))
    assert value(found, "candidate", "reviews") == ROWS
    assert value(found, "candidate", "caught_share") == 1.0
    assert value(found, "candidate", "precision") == pytest.approx(found.replayed.positives / ROWS, abs=1e-6)
    assert found.candidate.own_threshold is False
    assert found.candidate.name == "fraud-a at 0"


def test_a_threshold_that_is_the_versions_own_is_its_own(same: Question) -> None:
    found = what_if(replace(same, candidate=replace(same.candidate, threshold=0.5)))
    assert (found.candidate.own_threshold, found.candidate.name) == (True, "fraud-a")


def test_other_costs_change_the_money_and_nothing_else(question: Question) -> None:
    cheap, dear = (
        what_if(replace(question, costs=COSTS.model_copy(update={"review_cost": each})))
        for each in (0.0, 9.0)
    )
    changed = {name for name in MEASURES if cheap.measured.candidate[name] != dear.measured.candidate[name]}
    assert changed == {"net_saved", "review_costs"}


def test_the_same_input_gives_the_same_bytes_and_another_seed_other_bounds(question: Question) -> None:
    first, again = what_if(question), what_if(question)
    assert first.model_dump_json() == again.model_dump_json()
    other = what_if(replace(question, draws=replace(question.draws, seed=1)))
    assert other.measured.candidate["net_saved"].value == first.measured.candidate["net_saved"].value
    assert other.measured.candidate["net_saved"] != first.measured.candidate["net_saved"]


def test_what_was_decided_is_the_baseline_where_there_are_predictions(question: Question) -> None:
    decided = replace(question, baseline=None)
    assert not was_decided(decided)
    rows = payments()
    put(
        question.data,
        "predictions",
        [prediction(row, "alert" if row["amount"] > 150 else "pass") for row in rows[5:]],
    )
    assert was_decided(decided)
    found = what_if(decided)
    assert value(found, "baseline", "reviews") == sum(row["amount"] > 150 for row in rows[5:])
    assert (found.baseline.kind, found.baseline.versions, found.replayed.undecided) == (
        "decided",
        ("fraud-old",),
        5,
    )
    assert "instead of what was decided by fraud-old" in headline(found)
    assert "5 events of the period are left out: there is no prediction of them." in caveats(found)


def test_labels_that_are_not_known_are_counted_and_said(question: Question) -> None:
    rows = payments()
    found = what_if(replace(question, as_of=moment(verdict(rows[399])["available_at"])))
    assert (found.replayed.unlabelled, found.replayed.events) == (200, ROWS)
    assert any("labels of 200 events are not known yet" in each for each in caveats(found))
    everything = what_if(question)
    assert value(found, "candidate", "reviews") == value(everything, "candidate", "reviews")
    assert (value(found, "candidate", "caught") or 0) < (value(everything, "candidate", "caught") or 0)


def test_an_event_that_can_not_be_scored_is_no_alert_and_is_counted(question: Question) -> None:
    rows = payments()
    dear = max(rows, key=lambda row: float(row["amount"]))
    put(
        question.data,
        "transaction_features",
        [{**row, "is_night": None} if row is dear else row for row in rows],
    )
    found = what_if(question)
    assert found.replayed.unscored == {"fraud-strict": 1, "fraud-a": 1}
    assert "fraud-a could not score 1 events; they are no alerts of it." in caveats(found)
    assert value(found, "baseline", "reviews") == (value(what_if(question), "baseline", "reviews") or 0)


def test_events_that_the_version_was_made_from_are_a_caveat(question: Question) -> None:
    rows = [{**row, "event_time": row["event_time"].replace("05-03", "05-01")} for row in payments()[:100]]
    assert not any("was made from" in each for each in caveats(what_if(question)))
    put(question.data, "transaction_features", rows)
    put(question.data, "labels", map(verdict, rows))
    early = replace(question, period=replace(question.period, start=moment("2018-05-01")))
    found = what_if(early)
    assert any(
        each.startswith("fraud-strict was made from events up to 2018-05-01") for each in caveats(found)
    )


def test_slices_are_those_of_the_wish_else_the_amount_and_yes_and_no(question: Question) -> None:
    default = {part.column for part in what_if(question).slices}
    assert {"amount", "is_night", "is_weekend"} <= default
    assert "customer_amount_avg_1d" not in default
    found = what_if(replace(question, slice_by=("customer_amount_avg_7d", "terminal_id")))
    assert [part.column for part in found.slices] == ["customer_amount_avg_7d"] * 5 + ["terminal_id"]
    assert sum(part.events for part in found.slices[:5]) == ROWS
    with pytest.raises(WhatIfError, match="lacks moon"):
        what_if(replace(question, slice_by=("moon",)))


def test_alerts_by_day_add_up(question: Question) -> None:
    found = what_if(question)
    assert [each.day for each in found.by_day] == [f"2018-05-{day:02}" for day in range(3, 8)]
    assert sum(each.candidate for each in found.by_day) == value(found, "candidate", "reviews")
    assert sum(each.baseline for each in found.by_day) == value(found, "baseline", "reviews")


def test_thresholds_that_were_tried_hold_the_own_one_with_what_it_saved(question: Question) -> None:
    found = what_if(question)
    tried = [each.threshold for each in found.thresholds]
    assert tried == sorted({*tried}, reverse=True)
    [own] = [each for each in found.thresholds if each.threshold == 0.99]
    assert own.net_saved == value(found, "candidate", "net_saved")
    assert own.alerts_a_day == value(found, "candidate", "alerts_a_day")


def test_versions_of_other_events_are_not_compared(question: Question) -> None:
    assert question.baseline is not None
    manifest = question.baseline.artifact.manifest
    document = {**manifest.document, "columns": {**manifest.document["columns"], "entity": "terminal_id"}}
    other = replace(question.baseline.artifact, manifest=replace(manifest, document=document))
    with pytest.raises(WhatIfError, match="fraud-a names key, entity, event time and label otherwise"):
        what_if(replace(question, baseline=Version(other)))


def test_versions_are_found_by_name_and_by_path(versions: Path) -> None:
    assert version_of("fraud-a", versions).path == versions / "fraud-a"
    assert version_of(str(versions / "fraud-a"), versions / "nowhere").manifest.version == "fraud-a"
    with pytest.raises(WhatIfError, match=r"no version 'fraud-x' in .*; there are: fraud-a, fraud-strict"):
        version_of("fraud-x", versions)
    with pytest.raises(WhatIfError, match="there are: none"):
        version_of("fraud-x", versions / "nowhere")


def test_the_champion_is_the_one_that_stands_once_all_records_count(tmp_path: Path) -> None:
    assert champion_of(str(tmp_path / "deployments")) is None
    make_log(tmp_path, [{"role": "champion", "version": "f-1"}])
    make_log(tmp_path, [{"role": "champion", "version": "f-2", "effective_from": "2030-01-01"}])
    champion = champion_of(str(tmp_path / "deployments"))
    assert champion is not None
    assert champion.manifest.version == "f-2"
    shutil.rmtree(tmp_path / "models" / "f-2")
    with pytest.raises(HeadraceError, match="f-2 has no readable manifest"):
        champion_of(str(tmp_path / "deployments"))


def test_a_damaged_version_is_not_replayed(versions: Path, tmp_path: Path) -> None:
    shutil.copytree(versions / "fraud-a", tmp_path / "fraud-a")
    (tmp_path / "fraud-a" / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(HeadraceError, match="is not as it was written"):
        version_of("fraud-a", tmp_path)
    assert load_artifact(versions / "fraud-a").manifest.version == "fraud-a"

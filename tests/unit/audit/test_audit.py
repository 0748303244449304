"""A prediction is followed back, scored again, and whatever is not there is said."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from headrace.audit.deployed import where_is
from headrace.audit.document import document
from headrace.audit.result import DIFFERS, NOT_SCORED, REPRODUCED, AuditError
from headrace.deployments.record import Record
from headrace.errors import HeadraceError
from headrace.models.artifact import MANIFEST, load_artifact
from headrace.models.definition import load_definition
from headrace.tables.contract import Column, Table
from headrace.training.train import keep_training_set, kept_set
from tests.artifact import make_artifact, make_frame
from tests.deployment_log import make_log
from tests.local_tables import ROOT
from tests.unit.audit.conftest import (
    ALERT,
    CANARY,
    CHAMPION,
    PASS,
    PAYMENTS,
    add,
    as_script,
    change,
    only,
    row_of,
    served,
)
from tests.unit.dead_letters.conftest import event, letter, put

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.audit.result import Audit
    from tests.unit.audit.conftest import Ask

SHARE = 0.4


def differing(audit: Audit) -> dict[str, tuple[Any, Any]]:
    return {each.what: (each.served, each.found) for each in audit.differences}


@pytest.mark.parametrize("each", PAYMENTS[:12], ids=lambda row: str(row["transaction_id"]))
def test_what_was_served_comes_out_again_to_the_last_digit(
    ask: Ask, data: Path, each: dict[str, Any]
) -> None:
    found = only(ask(each["transaction_id"]))
    row = row_of(data, "predictions", each["transaction_id"])
    assert (found.verdict, found.differences, found.missing) == (REPRODUCED, (), ())
    assert found.again is not None
    assert (found.again.score, found.again.decision, found.again.reasons) == (
        row["score"],
        row["decision"],
        row["reasons"],
    )


def test_all_that_led_to_a_prediction_is_there(ask: Ask, data: Path) -> None:
    report = ask(ALERT)
    found = only(report)
    assert (report.key, report.event, report.reproduced, found.times) == ("transaction_id", "6", True, 1)
    assert found.features
    assert found.deployment
    assert found.version
    assert found.truth
    manifest = data / "models" / CHAMPION / MANIFEST
    assert (found.features.table, found.features.computed_again) == ("transaction_features", False)
    assert found.features.values["amount"] == PAYMENTS[ALERT]["amount"]
    assert found.deployment.decided == found.deployment.roles.champion
    assert found.deployment.key == str(PAYMENTS[ALERT]["customer_id"])
    assert found.version.manifest_sha256 == hashlib.sha256(manifest.read_bytes()).hexdigest()
    assert (found.truth.column, found.truth.label) == ("fraud", 1)
    assert f"{found.truth.known_at:%Y-%m-%d %H:%M}" == "2018-05-10 01:12"


@pytest.mark.parametrize(
    ("what", "altered"),
    [("score", 0.998897781), ("decision", "pass"), ("reasons", "[]"), ("reasons", '[{"feature": "amount"}]')],
)
def test_a_prediction_that_was_altered_in_the_table_is_not_reproduced(
    ask: Ask, data: Path, what: str, altered: Any
) -> None:
    was = row_of(data, "predictions", ALERT)[what]
    change(data, "predictions", ALERT, **{what: altered})
    report = ask(ALERT)
    assert not report.reproduced
    assert only(report).verdict == DIFFERS
    assert differing(only(report)) == {what: (altered, was)}


def test_features_that_were_altered_are_found_by_the_score(ask: Ask, data: Path) -> None:
    change(data, "transaction_features", PASS, customer_amount_avg_7d=10_000.0)
    assert {*differing(only(ask(PASS)))} >= {"score"}


def test_features_of_another_payment_are_told_by_what_both_tables_say(ask: Ask, data: Path) -> None:
    change(data, "transaction_features", PASS, terminal_id=9)
    assert differing(only(ask(PASS))) == {"terminal_id in transaction_features": (8, 9)}


def test_features_with_a_gap_give_no_score_and_that_is_a_difference(ask: Ask, data: Path) -> None:
    change(data, "transaction_features", PASS, is_night=None)
    [(what, (_, found))] = differing(only(ask(PASS))).items()
    assert what == "score"
    assert "no score: no finite value (NULL, NaN or infinite): is_night" in found


def test_a_job_that_gave_more_reasons_is_scored_again_with_as_many(ask: Ask, data: Path) -> None:
    row = served(PAYMENTS[ALERT], data / "models" / CHAMPION, reasons=5)
    change(data, "predictions", ALERT, reasons=row["reasons"])
    assert {*differing(only(ask(ALERT)))} == {"reasons"}
    assert only(ask(ALERT, reasons=5)).verdict == REPRODUCED


def test_a_canary_is_named_for_the_keys_that_it_takes_and_the_champion_for_the_others(
    ask: Ask, alone: Path
) -> None:
    shutil.rmtree(alone / "deployments")
    since = {"effective_from": "2018-05-03T00:30:00Z"}
    roles: list[dict[str, Any]] = [
        {"role": "champion", "version": CHAMPION},
        {"role": "canary", "version": CANARY, "share": SHARE, **since},
    ]
    champion, canary = make_log(alone, roles)
    change(alone, "predictions", ALERT, **served(PAYMENTS[ALERT], alone / "models" / CANARY))
    taken, left, before = (only(ask(event)).deployment for event in (ALERT, PASS, 0))
    assert taken
    assert left
    assert before
    assert (taken.decided, left.decided, before.decided) == (canary, champion, champion)
    assert taken.place is not None
    assert left.place is not None
    assert taken.place < SHARE <= left.place
    assert before.place is None
    assert {only(ask(event)).verdict for event in (ALERT, PASS, 0)} == {REPRODUCED}


def test_a_version_that_the_log_does_not_give_the_event_to_is_a_difference(ask: Ask, data: Path) -> None:
    change(data, "predictions", ALERT, **served(PAYMENTS[ALERT], data / "models" / CANARY))
    found = only(ask(ALERT))
    assert differing(found) == {"version by the log": (CANARY, CHAMPION)}
    assert found.again is not None
    assert found.again.model_version == CANARY


def test_an_event_before_the_first_champion_is_a_difference(ask: Ask, alone: Path) -> None:
    shutil.rmtree(alone / "deployments")
    make_log(alone, [{"role": "champion", "version": CHAMPION, "effective_from": "2018-05-04T00:00:00Z"}])
    assert differing(only(ask(ALERT))) == {
        "version by the log": (CHAMPION, "none: before the first champion")
    }


@pytest.mark.usefixtures("data")
def test_without_a_log_nobody_is_said_to_have_decided_and_the_version_is_that_of_the_prediction(
    ask: Ask, alone: Path
) -> None:
    shutil.rmtree(alone / "deployments")
    found = only(ask(ALERT))
    assert found.deployment is None
    assert (found.verdict, found.missing) == (REPRODUCED, ())


def test_an_artifact_that_is_gone_is_said_and_everything_else_is_shown(ask: Ask, data: Path) -> None:
    shutil.rmtree(data / "models" / CHAMPION)
    report = ask(ALERT)
    found = only(report)
    place = data / "models" / CHAMPION
    assert found.missing == (f"the artifact of {CHAMPION} is not in {place}, so it was not scored again",)
    assert (found.verdict, found.version, found.again, report.reproduced) == (NOT_SCORED, None, None, False)
    assert found.features
    assert found.deployment
    assert found.truth


def test_without_artifact_and_definition_it_is_not_known_what_names_the_columns(
    ask: Ask, data: Path, tmp_path: Path
) -> None:
    shutil.rmtree(data / "models" / CHAMPION)
    found = only(ask(ALERT, root=tmp_path))
    [sentence] = found.missing
    assert f"the artifact of {CHAMPION} is not in " in sentence
    assert f"there is no model definition 'fraud' in {tmp_path}" in sentence
    assert (found.features, found.deployment, found.truth) == (None, None, None)


def test_an_artifact_that_lies_elsewhere_now_is_taken_when_it_is_what_was_deployed(
    ask: Ask, data: Path, tmp_path: Path
) -> None:
    shutil.move(data / "models" / CHAMPION, tmp_path / "kept" / CHAMPION)
    found = only(ask(ALERT, models=tmp_path / "kept"))
    assert found.version
    assert (found.verdict, found.version.path) == (REPRODUCED, tmp_path / "kept" / CHAMPION)


def test_a_place_that_can_not_be_read_is_said_and_the_next_one_looked_at(
    versions: Path, tmp_path: Path
) -> None:
    record = Record(1, "champion", CHAMPION, "ftp://there/fraud-a", "0" * 64, 1, None, "kim", "", "deploy", 0)
    assert where_is(CHAMPION, [record], str(tmp_path), versions) == versions / CHAMPION
    with pytest.raises(AuditError, match=r"is not in ftp://there/fraud-a .* is on 'ftp', expected a path"):
        where_is("fraud-x", [record], str(tmp_path), versions)


def test_an_artifact_that_is_not_what_was_deployed_is_shown_and_not_scored_with(
    ask: Ask, data: Path, tmp_path: Path
) -> None:
    shutil.rmtree(data / "models" / CHAMPION)
    other = make_artifact(tmp_path / "kept" / CHAMPION, CHAMPION, 0.7)
    found = only(ask(ALERT, models=tmp_path / "kept"))
    [sentence] = found.missing
    assert f"{other} is not what record 1 deployed as {CHAMPION}: SHA-256 of manifest.json is " in sentence
    assert (found.verdict, found.again) == (NOT_SCORED, None)
    assert found.version


@pytest.mark.parametrize(("file", "shown"), [("model.onnx", True), (MANIFEST, False)])
@pytest.mark.usefixtures("data")
def test_a_damaged_artifact_is_said_once_and_not_scored_with(
    ask: Ask, alone: Path, file: str, *, shown: bool
) -> None:
    shutil.rmtree(alone / "deployments")
    damaged = alone / "models" / CHAMPION / file
    damaged.write_bytes(damaged.read_bytes() + b" ")
    found = only(ask(ALERT))
    [sentence] = found.missing
    assert f"{damaged} is not as it was written" in sentence
    assert sentence.endswith(", so it was not scored again")
    assert (found.verdict, found.version is not None) == (NOT_SCORED, shown)


def test_features_that_are_nowhere_are_said(ask: Ask, data: Path) -> None:
    change(data, "transaction_features", ALERT)
    found = only(ask(ALERT))
    assert found.missing == (
        "transaction_id 6 is not in transaction_features or training_features, so it was not scored again",
    )
    assert found.verdict == NOT_SCORED


def test_features_that_only_a_later_job_computed_are_taken_and_said_to_be(ask: Ask, data: Path) -> None:
    put(data, "training_features", [row_of(data, "transaction_features", ALERT)])
    change(data, "transaction_features", ALERT)
    found = only(ask(ALERT))
    assert found.features
    assert (found.features.table, found.features.computed_again) == ("training_features", True)
    assert found.verdict == REPRODUCED


def test_features_that_stand_there_twice_with_other_values_are_not_chosen_from(ask: Ask, data: Path) -> None:
    add(data, "transaction_features", {**row_of(data, "transaction_features", ALERT), "customer_count_1d": 9})
    found = only(ask(ALERT))
    assert found.missing == (
        "transaction_id 6 stands in transaction_features with different values, so it was not scored again",
    )


def test_features_that_stand_there_twice_alike_are_one(ask: Ask, data: Path) -> None:
    add(data, "transaction_features", row_of(data, "transaction_features", ALERT))
    assert only(ask(ALERT)).verdict == REPRODUCED


def test_a_label_that_is_not_known_is_said_and_takes_nothing_from_the_prediction(
    ask: Ask, data: Path
) -> None:
    change(data, "labels", ALERT)
    found = only(ask(ALERT))
    assert found.missing == ("no label of transaction_id 6 is known: it is not in labels",)
    assert found.verdict == REPRODUCED


def test_of_two_labels_the_one_that_was_known_last_counts(ask: Ask, data: Path) -> None:
    add(data, "labels", {**row_of(data, "labels", ALERT), "fraud": 0, "available_at": "2018-06-01T00:00:00Z"})
    truth = only(ask(ALERT)).truth
    assert truth
    assert truth.label == 0


def test_a_use_case_without_labels_says_so(ask: Ask, tables: dict[str, Table]) -> None:
    rest = {name: table for name, table in tables.items() if name != "labels"}
    assert only(ask(ALERT, tables=rest)).missing == ("there is no contract labels with a column fraud",)


def test_a_prediction_that_stands_there_twice_is_one_and_two_that_differ_are_two(
    ask: Ask, data: Path
) -> None:
    add(data, "predictions", row_of(data, "predictions", PASS))
    assert only(ask(PASS)).times == 2
    add(data, "predictions", {**row_of(data, "predictions", ALERT), "score": 0.5})
    report = ask(ALERT)
    assert sorted(each.verdict for each in report.audits) == [DIFFERS, REPRODUCED]
    assert not report.reproduced


def test_an_event_that_was_refused_is_a_dead_letter_with_its_reason(ask: Ask, data: Path) -> None:
    put(
        data,
        "dead_letters",
        [letter(1, "amount_negative", event(900, event_time="x")), letter(2, "late", event(90))],
    )
    report = ask(900)
    assert (report.audits, report.reproduced) == ((), True)
    assert [each.reason for each in report.letters] == ["amount_negative"]


@pytest.mark.parametrize(
    "payload", [b'{\xff"transaction_id": 900, "amo', b'{"transaction_id" : "900"}', b'{"transaction_id":900']
)
def test_a_message_that_is_cut_off_still_names_its_event(ask: Ask, data: Path, payload: bytes) -> None:
    put(data, "dead_letters", [letter(1, "not_json", payload)])
    assert [each.payload for each in ask(900).letters] == [payload]


@pytest.mark.parametrize(
    "payload", [b'{"transaction_id": 9001}', b'{"transaction_id": 900.5}', b'{"terminal_id": 900}', b"900"]
)
def test_a_message_that_names_another_event_is_not_taken_for_this_one(
    ask: Ask, data: Path, payload: bytes
) -> None:
    put(data, "dead_letters", [letter(1, "not_json", payload)])
    with pytest.raises(AuditError, match="no dead letter that names it"):
        ask(900)


def test_a_prediction_whose_event_came_twice_shows_the_one_that_was_refused_too(ask: Ask, data: Path) -> None:
    put(data, "dead_letters", [letter(1, "duplicate", event(ALERT))])
    report = ask(ALERT)
    assert (len(report.audits), [each.reason for each in report.letters]) == (1, ["duplicate"])


def test_an_event_that_is_not_there_is_said_with_the_tables_that_know_it(ask: Ask, data: Path) -> None:
    with pytest.raises(AuditError, match=r"no prediction of transaction_id 900 in .*names it\nIt is not"):
        ask(900)
    change(data, "predictions", ALERT)
    with pytest.raises(AuditError, match="it stands in labels, transaction_features"):
        ask(ALERT)


def test_whatever_is_given_as_a_key_is_no_sql(ask: Ask) -> None:
    with pytest.raises(AuditError, match="no prediction"):
        ask("6' OR '1'='1")


def test_a_use_case_without_predictions_can_not_be_audited(ask: Ask, tables: dict[str, Table]) -> None:
    with pytest.raises(AuditError, match="expected a contract predictions with one column as its key"):
        ask(ALERT, tables={"labels": tables["labels"]})


def test_a_use_case_without_dead_letters_and_features_can_be_audited(
    ask: Ask, tables: dict[str, Table]
) -> None:
    few = {name: tables[name] for name in ("predictions", "labels")}
    assert only(ask(ALERT, tables=few)).missing == (
        "no table has all features of the model, so it was not scored again",
    )


def test_a_folder_that_is_not_there_is_an_error(ask: Ask, tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match="there is no data folder"):
        ask(ALERT, data=tmp_path / "nowhere")


def test_a_prediction_without_an_event_time_has_nobody_who_decided(ask: Ask, data: Path) -> None:
    change(data, "predictions", ALERT, event_time=None)
    found = only(ask(ALERT))
    assert found.deployment is None
    assert {*differing(found)} == {"event_time in transaction_features"}


def test_columns_that_both_tables_have_in_other_types_are_not_compared(
    ask: Ask, tables: dict[str, Table]
) -> None:
    features = tables["transaction_features"]
    columns = tuple(
        Column("amount", "DOUBLE") if each.name == "amount" else each for each in features.columns
    )
    other = {**tables, features.name: Table(features.name, columns, features.key, features.time)}
    found = only(ask(ALERT, tables=other))
    assert found.features
    assert "amount" not in found.features.row
    assert found.verdict == REPRODUCED


@pytest.mark.parametrize(("here", "same"), [("0" * 64, True), ("1" * 64, False), ("", None)])
def test_the_sql_of_the_features_is_compared_with_that_of_the_checkout(
    ask: Ask, here: str, *, same: bool | None
) -> None:
    found = only(ask(ALERT, feature_sql=here))
    assert found.version
    assert found.version.same_sql is same
    assert found.verdict == REPRODUCED


def test_the_training_set_that_is_kept_is_compared_with_the_one_it_learned_from(ask: Ask, data: Path) -> None:
    definition = load_definition(ROOT, "fraud")
    frame, path = make_frame(definition), kept_set(data, "fraud", "training")
    assert kept(ask) == (None, "it is not kept")
    keep_training_set(frame.sample(frac=1, random_state=0), path)
    assert kept(ask) == (True, "")
    keep_training_set(frame.assign(amount=frame["amount"] + 1e-9), path)
    assert kept(ask) == (False, "")
    keep_training_set(frame.drop(columns="amount"), path)
    same, because = kept(ask)
    assert same is None
    assert "missing: amount DOUBLE" in because
    path.write_bytes(b"no parquet")
    same, because = kept(ask)
    assert same is None
    assert because.startswith("it can not be read: ")


def kept(ask: Ask) -> tuple[bool | None, str]:
    version = only(ask(ALERT)).version
    assert version
    assert version.training_data
    return version.training_data.same, version.training_data.because


def test_a_script_gets_all_of_it(ask: Ask, data: Path) -> None:
    put(data, "dead_letters", [letter(1, "duplicate", event(ALERT))])
    found = as_script(document(ask(ALERT, feature_sql="0" * 64)))
    [prediction] = found["predictions"]
    assert (found["key"], found["event"], found["reproduced"]) == ("transaction_id", "6", True)
    assert prediction["served"] == as_script(document(ask(ALERT)))["predictions"][0]["served"]
    assert prediction["scored_again"]["score"] == row_of(data, "predictions", ALERT)["score"]
    assert prediction["deployment"]["decided"]["author"] == "test"
    assert prediction["version"]["manifest"] == load_artifact(data / "models" / CHAMPION).manifest.document
    assert prediction["version"]["same_feature_sql"] is True
    assert prediction["version"]["training_set"]["because"] == "it is not kept"
    assert prediction["label"] == {"column": "fraud", "label": 1, "known_at": "2018-05-10T01:12:00.000Z"}
    assert [each["reason"] for each in found["dead_letters"]] == ["duplicate"]


def test_a_script_gets_nothing_where_nothing_is_known(ask: Ask, data: Path) -> None:
    for table in ("transaction_features", "labels"):
        change(data, table, ALERT)
    shutil.rmtree(data / "models" / CHAMPION)
    shutil.rmtree(data / "deployments")
    [prediction] = as_script(document(ask(ALERT)))["predictions"]
    gone = ("features", "deployment", "version", "scored_again", "label")
    assert [prediction[name] for name in gone] == [None] * len(gone)
    assert (prediction["verdict"], len(prediction["missing"])) == (NOT_SCORED, 3)
    put(data, "dead_letters", [letter(1, "late", event(900))])
    assert as_script(document(ask(900)))["reproduced"] is None

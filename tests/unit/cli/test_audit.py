"""``headrace audit``, as a person and a script see it."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from headrace.models.definition import load_definition
from headrace.runtime.job import load_job
from headrace.runtime.run import Run, prepare
from headrace.training.features import feature_sql_sha256
from headrace.training.train import keep_training_set, kept_set
from tests.artifact import make_frame
from tests.deployment_log import make_log
from tests.local_tables import ROOT
from tests.unit.audit.conftest import (
    ALERT,
    CANARY,
    CHAMPION,
    PASS,
    PAYMENTS,
    add,
    alone,
    change,
    data,
    row_of,
    served,
    versions,
)
from tests.unit.cli.conftest import one_error
from tests.unit.dead_letters.conftest import event, letter, put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]

__all__ = ["alone", "data", "versions"]


@pytest.fixture
def ask(headrace: Headrace, data: Path) -> Headrace:
    """``ask(6)`` is ``headrace audit 6`` of the data folder."""

    def _ask(*arguments: object) -> Said:
        return headrace("audit", *arguments, "--data", data)

    return _ask


def cells(said: Said) -> dict[str, list[str]]:
    """What stands in the tables of a report: the last row of each heading."""
    lines = [line for line in said.out.splitlines() if line.startswith("│")]
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]
    return {row[0]: row[1:] for row in rows}


def test_a_person_sees_where_a_prediction_comes_from_and_that_it_comes_out_again(
    ask: Headrace, data: Path
) -> None:
    said = ask(ALERT)
    row = row_of(data, "predictions", ALERT)
    found = cells(said)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(
        f"transaction_id 6: alert with score {row['score']} by {CHAMPION}, reproduced to the last digit\n"
    )
    assert found["customer_id"] == [str(row["customer_id"])]
    assert found["customer_amount_avg_7d"] == [
        str(PAYMENTS[ALERT]["customer_amount_avg_7d"]),
        "units of the currency",
    ]
    assert found["record"] == [f"1 of {data / 'deployments'}"]
    assert (found["role"], found["author"], found["counts from"]) == (
        ["champion"],
        ["test"],
        ["the beginning"],
    )
    assert found["artifact"] == [str(data / "models" / CHAMPION)]
    assert found["SHA-256 of its manifest"][0].endswith(", as deployed")
    assert found["trained on"] == ["2018-05-01T00:00:00Z – 2018-05-01T06:39:00Z"]
    training_set = data / "training_sets" / "fraud.parquet"
    assert found["training set here"] == [f"{training_set}, not known: it is not kept"]
    assert found["libraries here"] == ["the same"]
    assert found["score"] == [str(row["score"])] * 2 + ["yes"]
    [first, *_] = json.loads(row["reasons"])
    reason = f"{first['feature']} {first['value']} → {first['contribution']:+}"
    assert found["reason 1"] == [reason, reason, "yes"]
    assert said.out.endswith("truth: fraud 1, known since 2018-05-10T01:12:00.000Z\n")


def test_the_sql_of_the_features_is_that_of_this_checkout_or_another(ask: Headrace, data: Path) -> None:
    here = feature_sql_sha256(prepare(Run(ROOT, load_job(ROOT, "backfill"), data))[1], ROOT)
    found = cells(ask(ALERT))
    assert found["SQL of features"] == ["0" * 64]
    assert found["SQL of this checkout"] == [f"{here}, another"]
    assert json.loads(ask(ALERT, "--json").out)["predictions"][0]["version"]["same_feature_sql"] is False


@pytest.mark.parametrize(("seconds", "same"), [(0, "the same"), (1, "another: of another training")])
def test_the_training_set_that_is_kept_is_the_one_or_another(
    ask: Headrace, data: Path, seconds: int, same: str
) -> None:
    definition = load_definition(ROOT, "fraud")
    frame, path = make_frame(definition), kept_set(data, "fraud", "training")
    keep_training_set(frame.assign(event_time=frame["event_time"] + pd.Timedelta(seconds=seconds)), path)
    assert cells(ask(ALERT))["training set here"] == [f"{path}, {same}"]


def test_a_script_gets_a_document(ask: Headrace) -> None:
    said = ask(PASS, "--json")
    found = json.loads(said.out)
    assert (said.code, found["reproduced"], found["use_case"]) == (0, True, "fraud")
    assert found["predictions"][0]["served"]["decision"] == "pass"


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["person", "script"])
def test_a_prediction_that_differs_ends_with_1(ask: Headrace, data: Path, form: tuple[str, ...]) -> None:
    change(data, "predictions", ALERT, score=0.998897781)
    said = ask(ALERT, *form)
    assert (said.code, said.err) == (1, "")


def test_what_differs_is_said(ask: Headrace, data: Path) -> None:
    change(data, "predictions", ALERT, score=0.998897781, decision="pass")
    change(data, "transaction_features", ALERT, terminal_id=9)
    said = ask(ALERT)
    assert "NOT reproduced: score, decision, terminal_id in transaction_features differ\n" in said.out
    assert cells(said)["score"] == ["0.998897781", "0.99889778", "no"]
    assert cells(said)["decision"] == ["pass", "alert", "no"]
    assert "differs: terminal_id in transaction_features is 9, served was 8\n" in said.out


def test_a_canary_is_shown_with_the_place_of_the_key_and_what_stood_beside_it(
    ask: Headrace, data: Path, versions: Path
) -> None:
    shutil.rmtree(data / "deployments")
    shutil.copytree(versions / CANARY, data / "models" / "fraud-c")
    since = {"effective_from": "2018-05-03T00:30:00Z"}
    roles: list[dict[str, Any]] = [
        {"role": "champion", "version": CHAMPION},
        {"role": "canary", "version": CANARY, "share": 0.4, **since},
        {"role": "shadow", "version": CHAMPION, "share": 0.5, **since},
        {"role": "shadow", "version": "fraud-c", "share": 0.5, **since},
        {"role": "shadow", "version": CANARY, "share": 0.9, **since},
    ]
    make_log(data, roles)
    change(data, "predictions", ALERT, **served(PAYMENTS[ALERT], data / "models" / CANARY))
    taken = ask(ALERT)
    assert taken.code == 0
    found = cells(taken)
    assert found["role"] == ["canary for 40% of the keys"]
    assert found["counts from"] == ["2018-05-03T00:30:00.000Z (backdated)"]
    assert found["this event"] == [
        "2018-05-03T01:12:00.000Z, key 17, whose place is 0.3917, below the canary's share 0.4"
    ]
    assert f"beside it: record 1, {CHAMPION} as champion (test: test)\n" in taken.out
    assert "beside it: record 4, fraud-c as shadow for 50% of the keys" in taken.out
    assert f"beside it: record 5, {CANARY} as shadow for 90% of the keys, not for this one" in taken.out
    left = ask(PASS)
    assert f"beside it: record 5, {CANARY} as shadow for 90% of the keys (test: test)\n" in left.out
    assert cells(left)["this event"][0].endswith("place is 0.5883, not below the canary's share 0.4")
    assert f"beside it: record 2, {CANARY} as canary for 40% of the keys, not for this one" in left.out


def test_a_version_that_the_log_does_not_give_the_event_to_is_said(ask: Headrace, data: Path) -> None:
    change(data, "predictions", ALERT, **served(PAYMENTS[ALERT], data / "models" / CANARY))
    said = ask(ALERT)
    assert said.code == 1
    assert "NOT reproduced: version by the log differ" in said.out
    assert f"differs: version by the log is {CHAMPION}, served was {CANARY}\n" in said.out


def test_an_event_before_the_first_champion_has_no_record(ask: Headrace, data: Path) -> None:
    shutil.rmtree(data / "deployments")
    make_log(data, [{"role": "champion", "version": CHAMPION, "effective_from": "2018-05-04T00:00:00Z"}])
    said = ask(ALERT)
    assert said.code == 1
    assert cells(said)["record"] == ["none: before the first champion, at 2018-05-03T01:12:00.000Z"]


def test_without_a_log_that_is_said(ask: Headrace, data: Path) -> None:
    shutil.rmtree(data / "deployments")
    said = ask(ALERT)
    assert said.code == 0
    assert f"no deployment log in {data / 'deployments'} says who decided" in said.out


def test_log_and_versions_may_lie_elsewhere(ask: Headrace, data: Path, tmp_path: Path) -> None:
    for folder in ("deployments", "models"):
        shutil.move(data / folder, tmp_path / "elsewhere" / folder)
    places = ("--deployments", tmp_path / "elsewhere/deployments", "--models", tmp_path / "elsewhere/models")
    assert ask(ALERT, *places).code == 0
    assert ask(ALERT, "--models", tmp_path / "elsewhere/models").code == 0


def test_an_artifact_that_is_gone_ends_with_1_and_is_said(ask: Headrace, data: Path) -> None:
    shutil.rmtree(data / "models" / CHAMPION)
    said = ask(ALERT)
    assert said.code == 1
    assert f"by {CHAMPION}, not scored again\n" in said.out
    assert (
        f"missing: the artifact of {CHAMPION} is not in {data / 'models' / CHAMPION}, so it was not scored again\n"
        in said.out
    )
    assert cells(said)["amount"] == [str(PAYMENTS[ALERT]["amount"]), ""]


def test_features_that_are_gone_end_with_1_and_are_said(ask: Headrace, data: Path) -> None:
    change(data, "transaction_features", ALERT)
    said = ask(ALERT)
    assert said.code == 1
    assert (
        "missing: transaction_id 6 is not in transaction_features or training_features, so it was" in said.out
    )


def test_features_that_a_later_job_computed_are_said_to_be(ask: Headrace, data: Path) -> None:
    put(data, "training_features", [row_of(data, "transaction_features", ALERT)])
    change(data, "transaction_features", ALERT)
    said = ask(ALERT)
    assert said.code == 0
    assert (
        "the features are those of training_features, computed later: the live job's are not there\n"
        in said.out
    )


def test_an_event_that_can_not_be_scored_any_more_is_said(ask: Headrace, data: Path) -> None:
    change(data, "transaction_features", PASS, is_night=None)
    said = ask(PASS)
    assert said.code == 1
    assert cells(said)["score"][1:] == ["none: no finite value (NULL, NaN or infinite): is_night", "no"]


@pytest.mark.parametrize("given", [0, 1, 5])
def test_when_only_the_number_of_reasons_differs_the_option_is_named(
    ask: Headrace, data: Path, given: int
) -> None:
    row = served(PAYMENTS[ALERT], data / "models" / CHAMPION, given)
    change(data, "predictions", ALERT, reasons=row["reasons"])
    said = ask(ALERT)
    assert said.code == 1
    assert (
        "only the number of reasons differs: pass the job's own (headrace.reasons) with --reasons" in said.out
    )
    assert cells(said)[f"reason {max(given, 3)}"][2] == "no"
    assert ask(ALERT, "--reasons", given).code == 0


def test_a_label_that_is_not_known_is_said_and_ends_with_0(ask: Headrace, data: Path) -> None:
    change(data, "labels", PASS)
    said = ask(PASS)
    assert said.code == 0
    assert "truth:" not in said.out
    assert said.out.endswith("missing: no label of transaction_id 3 is known: it is not in labels\n")


def test_a_label_without_a_moment_is_shown(ask: Headrace, data: Path) -> None:
    change(data, "labels", PASS, available_at=None)
    assert ask(PASS).out.endswith("truth: fraud 0\n")


@pytest.mark.parametrize("text", ["nonsense", "[1]", "7"])
def test_reasons_that_are_none_are_shown_as_they_are(ask: Headrace, data: Path, text: str) -> None:
    change(data, "predictions", ALERT, reasons=text)
    said = ask(ALERT)
    assert said.code == 1
    assert f"│ {text} " in said.out
    assert "only the number" not in said.out


def test_reasons_of_which_only_the_text_differs_are_shown_as_text(ask: Headrace, data: Path) -> None:
    text = row_of(data, "predictions", ALERT)["reasons"]
    change(data, "predictions", ALERT, reasons=text.replace('","value"', '", "value"'))
    found = cells(ask(ALERT))
    assert found["reasons"][1:] == [text, "no"]


def test_a_prediction_that_stands_there_twice_is_said(ask: Headrace, data: Path) -> None:
    add(data, "predictions", row_of(data, "predictions", PASS))
    assert cells(ask(PASS))["rows"] == ["2, all alike"]


def test_a_version_that_was_imported_was_trained_elsewhere(
    ask: Headrace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from headrace.audit import trail

    manifest = trail._manifest  # noqa: SLF001 -- what an import writes, without importing

    def imported(path: Path) -> Any:
        known = manifest(path)
        provenance = {
            "feature_sql_sha256": "",
            "source": "imported from net.onnx",
            "definition_sha256": "abc",
        }
        libraries = {"python": "3.9.0", "moon": "1.0"}
        changed = {"training": None, "provenance": provenance, "libraries": libraries}
        return type(known)(**{**vars(known), "document": {**known.document, **changed}})

    monkeypatch.setattr(trail, "_manifest", imported)
    said = ask(PASS)
    found = cells(said)
    assert said.code == 0
    assert found["trained on"] == ["elsewhere: it was imported"]
    assert found["SQL of features"] == ["not known"]
    assert found["SQL of this checkout"][0].endswith(", nothing to compare with")
    assert (found["source"], found["definition sha256"]) == (["imported from net.onnx"], ["abc"])
    assert found["libraries here"][0].endswith(", moon not installed")


def test_a_dead_letter_is_shown_instead_and_ends_with_0(ask: Headrace, data: Path) -> None:
    put(data, "dead_letters", [letter(7, "amount_negative", event(900, event_time="x"), detail="\x1b[31m")])
    said = ask(900)
    assert said.code == 0
    assert said.out.splitlines() == [
        "transaction_id 900: no prediction, it was refused",
        "dead letter: amount_negative (stage ingest), from payments-0 @ 7, arrived 2018-04-10T00:01:07.000Z: open",
        '  {"transaction_id": 900, "event_time": "x", "customer_id": 7, "terminal_id": 8, "amount": 5.5}',
        "  detail: \\x1b[31m",
    ]


def test_a_dead_letter_of_an_unknown_time_is_shown(ask: Headrace, data: Path) -> None:
    put(data, "dead_letters", [letter(7, "late", event(900, event_time="x"), arrived_at=None)])
    assert "arrived an unknown time: open" in ask(900).out


def test_an_unknown_event_is_a_sentence(ask: Headrace, data: Path) -> None:
    said = one_error(ask(900))
    assert f"no prediction of transaction_id 900 in {data}, and no dead letter that names it\n" in said


def test_a_job_of_another_use_case_has_no_sql_to_compare_with(
    ask: Headrace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from headrace.runtime import job

    monkeypatch.setattr(job, "load_job", lambda *_: job.Job("moon", "backfill"))
    assert cells(ask(PASS))["SQL of this checkout"] == ["not known"]
    assert one_error(ask(PASS, "--use-case", "moon")).startswith("error: there is no use case 'moon'")

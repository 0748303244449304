from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from headrace.cli.app import app
from headrace.dead_letters import journal
from tests.unit.dead_letters.conftest import event, letter, put

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from headrace.runtime.run import Run


def dlq(data: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(app, ["dlq", *arguments, "--data", str(data)])
    if result.exception:
        raise result.exception
    return result


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch, runs: list[Run]) -> list[Run]:
    monkeypatch.setattr("headrace.cli.dlq.watch", lambda *_: None)
    return runs


def test_the_summary_counts_by_reason(data: Path) -> None:
    shown = dlq(data, "summary").stdout
    assert "│ not_json        │       1 │        0 │    1 │" in shown
    assert 'amount_negative: {"transaction_id": 3' in shown
    assert "5 refused · 0 replayed · 5 open" in shown


def test_the_summary_for_scripts_has_totals_and_reasons(data: Path) -> None:
    found = json.loads(dlq(data, "summary", "--json").stdout)
    assert found["total"] == {"refused": 5, "accepted": 0, "already_there": 0, "open": 5}
    late = next(each for each in found["reasons"] if each["reason"] == "late")
    assert late == {
        "stage": "ingest",
        "reason": "late",
        "refused": 1,
        "accepted": 0,
        "already_there": 0,
        "first": "2018-04-10T00:01:15.000Z",
        "last": "2018-04-10T00:01:15.000Z",
        "example": json.dumps(event(5)),
        "open": 1,
    }


def test_a_summary_of_nothing_says_so(tmp_path: Path) -> None:
    assert "0 refused · 0 replayed · 0 open" in dlq(tmp_path, "summary").stdout


def test_a_letter_is_shown_with_its_place_its_text_and_what_was_wrong(data: Path) -> None:
    shown = dlq(data, "show", "--reason", "duplicate").stdout
    assert shown == (
        "duplicate · payments-0 @ 11 · 2018-04-10T00:01:11.000Z · open\n"
        f"  {json.dumps(event(1))}\n"
        "  detail: number 2 of transaction 1\n"
    )


def test_bytes_that_are_no_text_are_shown_escaped(data: Path) -> None:
    assert "\n  {\\xff\n" in dlq(data, "show", "--reason", "not_json").stdout


def test_what_a_terminal_would_act_on_is_shown_escaped(data: Path) -> None:
    put(data, "dead_letters", [letter(1, "not_json", b"\x1b[31m[red]x")])
    assert "  \\x1b[31m[red]x\n" in dlq(data, "show").stdout


def test_a_limit_says_how_many_are_beyond(data: Path) -> None:
    assert "… 3 more" in dlq(data, "show", "--limit", "2").stdout


def test_letters_for_scripts_have_identity_text_and_status(data: Path) -> None:
    [found] = json.loads(dlq(data, "show", "--reason", "not_json", "--json").stdout)
    assert found["payload"] == "{\\xff"
    assert (found["source"], found["source_offset"], found["status"]) == ("payments-0", 19, "open")
    assert len(found["payload_sha256"]) == 64


def test_a_reason_without_letters_shows_that_there_are_none(data: Path) -> None:
    assert dlq(data, "show", "--reason", "lat").stdout == "no dead letters of reason lat\n"


def test_a_replay_tells_what_became_of_the_letters(data: Path, pretended: list[Run]) -> None:
    shown = dlq(data, "replay").stdout
    for line in (
        "│ chosen            │     5 │",
        "│ accepted          │     1 │",
        "│   amount_missing  │     1 │",
    ):
        assert line in shown
    assert "transactions: 1 rows added" in shown
    assert len(pretended) == 1
    assert (
        "late · payments-0 @ 15 · 2018-04-10T00:01:15.000Z · accepted by replay 0001"
        in dlq(data, "show").stdout
    )
    assert "refused as not_json by replay 0001" in dlq(data, "show").stdout


def test_what_was_shown_and_edited_can_be_replayed(data: Path, pretended: list[Run], tmp_path: Path) -> None:
    letters = json.loads(dlq(data, "show", "--reason", "amount_missing", "--json").stdout)
    letters[0]["payload"] = json.dumps(event(4))
    path = tmp_path / "letters.json"
    path.write_text(json.dumps(letters))
    report = json.loads(dlq(data, "replay", "--payloads", str(path), "--json").stdout)
    assert (report["sent"], report["accepted"], report["moved"]) == (1, 1, {"transactions": 1})
    [sent] = (pretended[0].data / "transactions_raw").iterdir()
    assert base64.b64decode(json.loads(sent.read_text())["payload"]) == json.dumps(event(4)).encode()


def test_without_a_model_a_replay_goes_through_ingest(data: Path, pretended: list[Run]) -> None:
    dlq(data, "replay")
    assert [run.job.name for run in pretended] == ["fraud-ingest"]


def test_with_a_model_a_replay_goes_through_realtime(data: Path) -> None:
    put(data, "models/v1", [{}], "manifest.json")
    assert json.loads(dlq(data, "replay", "--dry-run", "--json").stdout)["job"] == "fraud-realtime"


def test_a_replay_that_was_cut_off_is_told_and_completed_first(
    data: Path, pretended: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(journal, "move", lambda *_: None)
        dlq(data, "replay", "--reason", "late")
    assert "replay 0001 was cut off while its results were moved" in " ".join(
        dlq(data, "summary").stderr.split()
    )
    assert "replay 0001, which had been cut off, was completed first" in dlq(data, "replay").stdout
    assert [run.job.name for run in pretended] == ["fraud-ingest", "fraud-ingest"]

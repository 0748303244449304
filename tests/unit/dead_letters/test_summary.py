from __future__ import annotations

import base64
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from headrace.dead_letters.letter import Letter, of_reasons, open_dead_letters, read_letters
from headrace.dead_letters.summary import ReasonCount, summarize
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from tests.local_tables import ROOT
from tests.unit.dead_letters.conftest import event, letter, put

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

TABLES = read_tables(Suite(ROOT).use_case("fraud"))


def opened(data: Path) -> duckdb.DuckDBPyConnection:
    return open_dead_letters(TABLES, data)


def record(
    offset: int, payload: bytes, outcome: str, replay: int = 1, **changes: object
) -> dict[str, object]:
    digest = Letter("", "", None, payload, None, None, None).identity[2]
    place = {"source": "payments-0", "source_offset": offset, "payload_sha256": digest}
    return {**place, "replay": replay, "outcome": outcome, "refused_as": None, **changes}


def test_letters_are_counted_by_stage_and_reason_with_first_last_and_an_example(tmp_path: Path) -> None:
    put(tmp_path, "dead_letters", [letter(2, "late", event(2)), letter(1, "late", event(1))])
    put(tmp_path, "dead_letters", [letter(3, "inference", event(3), stage="inference")], "part-1")
    late, inference = summarize(opened(tmp_path))
    assert late == ReasonCount(
        stage="ingest",
        reason="late",
        refused=2,
        accepted=0,
        already_there=0,
        first=datetime(2018, 4, 10, 0, 1, 1, tzinfo=timezone.utc),
        last=datetime(2018, 4, 10, 0, 1, 2, tzinfo=timezone.utc),
        example=base64.b64decode(letter(1, "late", event(1))["payload"]).decode(),
    )
    assert (inference.stage, inference.reason, inference.refused, inference.open) == (
        "inference",
        "inference",
        1,
        1,
    )


def test_a_folder_without_dead_letters_has_no_reasons(tmp_path: Path) -> None:
    assert summarize(opened(tmp_path)) == []


def test_replayed_letters_are_no_longer_open_unless_they_were_refused_again(tmp_path: Path) -> None:
    put(tmp_path, "dead_letters", [letter(number, "late", b"%d" % number) for number in range(4)])
    outcomes = ("accepted", "already there", "refused")
    records = [record(number, b"%d" % number, outcome) for number, outcome in enumerate(outcomes)]
    put(tmp_path, "dead_letters_replayed", records)
    [late] = summarize(opened(tmp_path))
    assert (late.refused, late.accepted, late.already_there, late.open) == (4, 1, 1, 2)


def test_the_latest_replay_of_a_letter_counts(tmp_path: Path) -> None:
    put(tmp_path, "dead_letters", [letter(1, "late", b"x")])
    records = [record(1, b"x", "accepted", 2), record(1, b"x", "refused", 1, refused_as="not_json")]
    put(tmp_path, "dead_letters_replayed", records)
    [found] = read_letters(opened(tmp_path))
    assert (found.status, found.replay, found.refused_as) == ("accepted", 2, None)


def test_a_void_replay_does_not_count(tmp_path: Path) -> None:
    put(tmp_path, "dead_letters", [letter(1, "late", b"x")])
    put(tmp_path, "dead_letters_replayed", [record(1, b"x", "accepted", 2)])
    [late] = summarize(open_dead_letters(TABLES, tmp_path, void={2}))
    assert (late.accepted, late.open) == (0, 1)


def test_a_record_of_another_payload_at_the_same_place_closes_nothing(tmp_path: Path) -> None:
    put(tmp_path, "dead_letters", [letter(1, "late", b"x")])
    put(tmp_path, "dead_letters_replayed", [record(1, b"y", "accepted")])
    [late] = summarize(opened(tmp_path))
    assert late.open == 1


def test_letters_of_a_log_without_offsets_are_matched(tmp_path: Path) -> None:
    put(tmp_path, "dead_letters", [letter(1, "late", b"x", source_offset=None)])
    put(tmp_path, "dead_letters_replayed", [record(1, b"x", "accepted", source_offset=None)])
    [late] = summarize(opened(tmp_path))
    assert late.open == 0


def test_letters_come_in_order_of_arrival_whatever_file_they_stand_in(data: Path) -> None:
    put(data, "dead_letters", [letter(12, "late", event(9))], "part-1")
    letters = read_letters(opened(data))
    assert [each.source_offset for each in letters] == [11, 12, 13, 14, 15, 19]


def test_letters_are_chosen_by_reason(data: Path) -> None:
    letters = read_letters(opened(data))
    assert [each.reason for each in of_reasons(letters, ["late", "not_json"])] == ["late", "not_json"]
    assert of_reasons(letters, []) == letters


def test_bytes_that_are_no_text_are_escaped_and_the_place_is_named(data: Path) -> None:
    [found] = of_reasons(read_letters(opened(data)), ["not_json"])
    assert (found.text, found.where) == ("{\\xff", "payments-0 @ 19")

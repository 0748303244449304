from __future__ import annotations

import base64
import gzip
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

import pytest

from headrace.dead_letters import journal, outbox
from headrace.dead_letters import replay as replaying
from headrace.dead_letters.fix import FixError
from headrace.dead_letters.letter import open_dead_letters, read_letters
from headrace.dead_letters.replay import replay
from headrace.dead_letters.report import Report, Request
from headrace.dead_letters.summary import summarize
from headrace.errors import HeadraceError
from headrace.inbox.inbox import Inbox
from headrace.runtime.job import Job, load_job
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from tests.local_tables import ROOT, read_lines
from tests.unit.dead_letters.conftest import accepted, event, letter, put

if TYPE_CHECKING:
    from headrace.runtime.run import Run

Ids = Callable[[], list[int]]

FIXES = """
import json

def amount(payload):
    event = json.loads(payload.replace(b"\\xff", b"}"))
    return json.dumps({**event, "amount": abs(event.get("amount", 1))}).encode() if event else None

def nine(payload):
    return payload.replace(b": 1,", b": 9,")
"""


@pytest.fixture
def fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "replay_fixes.py").write_text(FIXES)
    monkeypatch.chdir(tmp_path)
    return "replay_fixes:amount"


def put_back(request: Request) -> Report:
    return replay(request, lambda _: None)


def still_open(data: Path) -> dict[str, int]:
    tables = read_tables(Suite(ROOT).use_case("fraud"))
    counts = summarize(open_dead_letters(tables, data, journal.void_replays(data)))
    return {each.reason: each.open for each in counts if each.open}


def sent_payloads(run: Run) -> list[Any]:
    return [base64.b64decode(row["payload"]) for row in read_lines(run.data / "transactions_raw")]


def test_without_a_fix_what_the_rules_now_accept_goes_in(
    run: Run, runs: list[Run], transactions: Ids
) -> None:
    report = put_back(Request(run))
    assert report == Report(
        replay=1,
        job="fraud-ingest",
        chosen=5,
        sent=4,
        accepted=1,
        already_there=1,
        refused={"amount_negative": 1, "amount_missing": 1, "not_json": 1},
        moved={"transactions": 1},
    )
    assert transactions() == [1, 2, 5]
    assert still_open(run.data) == {"amount_negative": 1, "amount_missing": 1, "not_json": 1}
    assert len(runs) == 1


def test_with_a_fix_repaired_letters_go_in_and_those_it_leaves_are_not_sent(
    run: Run, runs: list[Run], transactions: Ids, fix: str
) -> None:
    report = put_back(Request(run, fix=fix))
    assert (report.sent, report.accepted, report.left, report.refused) == (3, 3, {"left as they are": 1}, {})
    assert transactions() == [1, 2, 3, 4, 5]
    assert still_open(run.data) == {"not_json": 1}
    assert [json.loads(payload)["amount"] for payload in sent_payloads(runs[0])] == [5.5, 1, 5.5]


def test_a_second_replay_sends_nothing_that_is_there(
    run: Run, runs: list[Run], transactions: Ids, fix: str
) -> None:
    put_back(Request(run, fix=fix))
    report = put_back(Request(run, fix=fix))
    assert (report.replay, report.sent, report.already_there) == (None, 0, 4)
    assert transactions() == [1, 2, 3, 4, 5]
    assert len(runs) == 1


def test_only_letters_of_the_reasons_asked_for_are_chosen(run: Run, runs: list[Run], fix: str) -> None:
    report = put_back(Request(run, frozenset({"amount_negative", "late"}), fix))
    assert (report.chosen, report.accepted) == (2, 2)
    assert len(sent_payloads(runs[0])) == 2


def test_a_reason_without_letters_is_an_error_that_names_the_reasons_there_are(run: Run) -> None:
    with pytest.raises(HeadraceError, match=r"(?s)of reason lat.*amount_missing, amount_negative, duplicate"):
        put_back(Request(run, frozenset({"lat"})))


def test_payloads_from_a_file_are_sent_and_no_others(
    run: Run, runs: list[Run], transactions: Ids, tmp_path: Path
) -> None:
    tables = read_tables(Suite(ROOT).use_case("fraud"))
    missing = next(
        each for each in read_letters(open_dead_letters(tables, run.data)) if each.reason == "amount_missing"
    )
    source, offset, digest = missing.identity
    entry = {"source": source, "source_offset": offset, "payload_sha256": digest}
    path = tmp_path / "letters.json"
    path.write_text(json.dumps([{**entry, "payload": json.dumps(event(4))}]))
    report = put_back(Request(run, payloads=path))
    assert (report.sent, report.accepted, report.left) == (1, 1, {"left as they are": 4})
    assert transactions() == [1, 2, 4]
    assert len(runs) == 1


def test_a_fix_and_a_file_exclude_each_other(run: Run, fix: str, tmp_path: Path) -> None:
    with pytest.raises(FixError, match="exclude each other"):
        put_back(Request(run, fix=fix, payloads=tmp_path / "letters.json"))


def test_messages_are_sent_in_the_order_of_the_time_they_claim(data: Path, run: Run, runs: list[Run]) -> None:
    put(
        data,
        "dead_letters",
        [letter(18, "late", event(9)), letter(17, "late", event(30)), letter(16, "late", event(8))],
    )
    put_back(Request(run))
    sent = [json.loads(payload)["transaction_id"] for payload in sent_payloads(runs[0])]
    assert sent == [8, 9, 30]


def test_arrival_time_and_place_are_kept(run: Run, runs: list[Run]) -> None:
    put_back(Request(run, frozenset({"late"})))
    [row] = read_lines(runs[0].data / "transactions_raw")
    assert (row["arrived_at"], row["source"], row["source_offset"]) == (
        "2018-04-10T00:01:15.000Z",
        "payments-0",
        15,
    )
    [moved] = [row for row in read_lines(run.data / "transactions") if row["transaction_id"] == 5]
    assert (moved["arrived_at"], moved["source"], moved["source_offset"]) == (
        "2018-04-10T00:01:15.000Z",
        "payments-0",
        15,
    )


def test_two_letters_with_one_event_id_go_in_once(
    data: Path, run: Run, runs: list[Run], transactions: Ids
) -> None:
    put(data, "dead_letters", [letter(21, "late", event(6)), letter(22, "late", event(6, amount=7))])
    report = put_back(Request(run))
    assert (report.sent, report.accepted, report.already_there, report.refused) == (2, 1, 1, {})
    assert transactions() == [1, 2, 6]
    assert still_open(data) == {}
    assert len(runs) == 1


def test_letters_that_can_not_be_told_apart_are_sent_once(
    data: Path, run: Run, runs: list[Run], transactions: Ids
) -> None:
    put(data, "dead_letters", [letter(21, "late", event(6), source_offset=None)] * 3)
    report = put_back(Request(run))
    assert (report.chosen, report.sent, report.accepted) == (1, 1, 1)
    assert transactions() == [1, 2, 6]
    assert still_open(data) == {}
    assert len(sent_payloads(runs[0])) == 1


def test_two_letters_that_a_fix_makes_the_same_are_sent_once_and_share_the_verdict(
    data: Path, run: Run, runs: list[Run], transactions: Ids, fix: str
) -> None:
    letters = [letter(21, "x", event(6, amount=amount), source_offset=None) for amount in (-5.5, 5.5)]
    put(data, "dead_letters", letters)
    report = put_back(Request(run, fix=fix))
    assert (report.chosen, report.sent, report.accepted, len(sent_payloads(runs[0]))) == (2, 2, 2, 1)
    assert transactions() == [1, 2, 6]
    assert still_open(data) == {}


def test_an_event_of_the_history_is_already_there(
    data: Path, run: Run, runs: list[Run], transactions: Ids
) -> None:
    put(data, "transactions_history", [accepted(5)])
    report = put_back(Request(run, frozenset({"late"})))
    assert (report.replay, report.sent, report.already_there) == (1, 0, 1)
    assert (runs, transactions()) == ([], [1, 2])
    assert still_open(data).keys() == {"amount_negative", "amount_missing", "not_json", "duplicate"}


def test_an_event_that_came_in_by_itself_meanwhile_is_already_there(
    data: Path, run: Run, runs: list[Run], transactions: Ids
) -> None:
    put(data, "transactions", [accepted(5)], "part-1")
    report = put_back(Request(run, frozenset({"late"})))
    assert (report.sent, report.already_there) == (0, 1)
    assert (runs, transactions()) == ([], [1, 2, 5])


def test_an_id_that_only_the_job_reads_as_one_that_is_there_adds_nothing(
    data: Path, run: Run, runs: list[Run], transactions: Ids
) -> None:
    twice = json.dumps(event(5)).replace("{", '{"transaction_id": 98, ', 1).replace(": 5,", ": 1,").encode()
    put(data, "dead_letters", [letter(15, "late", twice)])
    report = put_back(Request(run))
    assert (report.sent, report.accepted, report.already_there, report.moved) == (1, 0, 1, {})
    assert transactions() == [1, 2]
    assert len(runs) == 1


@pytest.mark.usefixtures("runs")
def test_a_fix_may_give_an_event_another_id(data: Path, run: Run, transactions: Ids, fix: str) -> None:
    report = put_back(Request(run, frozenset({"duplicate"}), fix.replace("amount", "nine")))
    assert (report.accepted, transactions()) == (1, [1, 2, 9])
    assert "duplicate" not in still_open(data)


def test_a_dry_run_says_what_would_be_sent_and_does_nothing(run: Run, runs: list[Run]) -> None:
    before = sorted(run.data.rglob("*"))
    report = put_back(Request(run, dry_run=True))
    assert (report.dry_run, report.replay, report.chosen, report.sent, report.already_there) == (
        True,
        None,
        5,
        4,
        1,
    )
    assert (runs, sorted(run.data.rglob("*"))) == ([], before)


def test_dead_letters_are_never_deleted(run: Run, runs: list[Run]) -> None:
    before = read_lines(run.data / "dead_letters")
    put_back(Request(run))
    assert read_lines(run.data / "dead_letters") == before
    assert len(runs) == 1


def test_what_was_sent_is_kept_and_copies_of_the_history_are_not(run: Run, runs: list[Run]) -> None:
    put_back(Request(run))
    assert len(sent_payloads(runs[0])) == 4
    document = json.loads((run.data / "replays" / "0001" / "commit.json").read_text())
    assert (document["replay"], document["accepted"], document["files"]) == (
        1,
        1,
        ["dead_letters_replayed/replay-0001-0.jsonl", "transactions/replay-0001-0.jsonl"],
    )


def test_a_replay_whose_rows_a_later_run_deleted_no_longer_counts(
    data: Path, run: Run, runs: list[Run], transactions: Ids
) -> None:
    put_back(Request(run, frozenset({"late"})))
    shutil.rmtree(data / "transactions")
    put(data, "transactions", [accepted(1), accepted(2)])
    assert still_open(data)["late"] == 1
    report = put_back(Request(run, frozenset({"late"})))
    assert (report.replay, report.accepted) == (2, 1)
    assert transactions() == [1, 2, 5]
    assert len(runs) == 2


def test_a_number_that_a_file_in_a_table_bears_is_not_used_again(
    data: Path, run: Run, runs: list[Run]
) -> None:
    put(data, "transactions", [], "replay-0007-0.jsonl")
    assert put_back(Request(run)).replay == 8
    assert len(runs) == 1


def test_a_job_that_loses_a_message_moves_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch, transactions: Ids
) -> None:
    monkeypatch.setattr("headrace.dead_letters.replay.start", lambda _: None)
    with pytest.raises(HeadraceError, match="got 4 messages and accounts for 0 accepted and 0 refused"):
        put_back(Request(run))
    assert transactions() == [1, 2]


class Cut(Exception):  # noqa: N818 -- stands for the end of the process
    pass


def cut_at(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, call: int) -> None:
    """Let a function work until its call of a number, which is cut off."""
    work, calls = getattr(owner, name), []

    def cutting(*arguments: Any, **named: Any) -> Any:
        calls.append(arguments)
        if len(calls) == call:
            raise Cut
        return work(*arguments, **named)

    monkeypatch.setattr(owner, name, cutting)


Place = tuple[object, str, int]

BEFORE_THE_COMMIT: list[Place] = [
    (replaying, "start", 1),
    (outbox, "write_new_rows", 1),
    (outbox, "write_verdicts", 1),
    (journal, "write_document", 1),
]
AFTER_THE_COMMIT: list[Place] = [
    (journal, "move", 1),
    (Path, "rename", 1),
    (Path, "rename", 2),
    (shutil, "rmtree", 1),
]


def name_of(place: Place) -> str:
    return f"{place[1]} {place[2]}"


def cut_off(request: Request, place: Place) -> None:
    with pytest.MonkeyPatch.context() as patch:
        cut_at(patch, *place)
        with pytest.raises(Cut):
            put_back(request)


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize("place", BEFORE_THE_COMMIT, ids=name_of)
def test_cut_off_before_its_commit_a_replay_has_done_nothing(
    run: Run, transactions: Ids, fix: str, place: Place
) -> None:
    cut_off(Request(run, fix=fix), place)
    assert transactions() == [1, 2]
    assert sum(still_open(run.data).values()) == 5


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize("place", [*BEFORE_THE_COMMIT, *AFTER_THE_COMMIT], ids=name_of)
def test_cut_off_anywhere_the_same_call_completes_it_without_doubling(
    run: Run, transactions: Ids, fix: str, place: Place
) -> None:
    cut_off(Request(run, fix=fix), place)
    report = put_back(Request(run, fix=fix))
    assert report.completed == ([1] if place in AFTER_THE_COMMIT else [])
    assert transactions() == [1, 2, 3, 4, 5]
    assert still_open(run.data) == {"not_json": 1}
    assert len(read_lines(run.data / "dead_letters_replayed")) == 4
    assert journal.unfinished(run.data) == []


@pytest.mark.usefixtures("runs")
def test_a_letter_is_closed_only_when_its_rows_are_there(run: Run, transactions: Ids) -> None:
    cut_off(Request(run), (Path, "rename", 2))
    assert transactions() == [1, 2, 5]
    assert still_open(run.data)["late"] == 1


def test_a_file_in_the_way_is_not_overwritten(run: Run, runs: list[Run]) -> None:
    cut_off(Request(run), (journal, "move", 1))
    put(run.data, "transactions", [accepted(2)], "replay-0001-0.jsonl")
    with pytest.raises(HeadraceError, match=r"replay-0001-0.jsonl is there already"):
        put_back(Request(run))
    assert read_lines(run.data / "transactions")[-1]["transaction_id"] == 2
    assert len(runs) == 1


def test_a_job_that_reads_no_messages_can_not_replay(run: Run) -> None:
    other = replace(run, job=load_job(ROOT, "features"))
    with pytest.raises(HeadraceError, match=r"(?s)expected fraud-features to read one table.*--job ingest"):
        put_back(Request(other))


def test_letters_of_inference_are_left_by_a_job_that_makes_no_predictions(
    data: Path, run: Run, runs: list[Run]
) -> None:
    put(data, "dead_letters", [letter(2, "inference", event(2), stage="inference")])
    report = put_back(Request(run))
    assert (report.chosen, report.sent, report.left) == (1, 0, {"the job makes no predictions": 1})
    assert runs == []


def test_a_fix_for_letters_of_inference_is_refused(data: Path, run: Run, fix: str) -> None:
    put(data, "dead_letters", [letter(2, "inference", event(2), stage="inference")])
    with pytest.raises(FixError, match="were accepted as they are"):
        put_back(Request(run, fix=fix))


def test_a_table_without_a_key_can_not_be_replayed_into(run: Run, tmp_path: Path) -> None:
    suite = tmp_path / "suite"
    for folder in ("sql", "connectors", "flink-conf", "jobs"):
        shutil.copytree(ROOT / folder, suite / folder)
    contract = suite / "sql" / "fraud" / "contracts" / "transactions.sql"
    contract.write_text(contract.read_text().replace("PRIMARY KEY (transaction_id) NOT ENFORCED,", ""))
    with pytest.raises(HeadraceError, match="contract transactions has no PRIMARY KEY"):
        put_back(Request(replace(run, root=suite, job=Job("fraud", "ingest"))))


def set_aside(data: Path, name: str, content: bytes) -> None:
    """A file that the inbox could not read."""
    inbox = Inbox(data, settle=0)
    (inbox.inbox / name).write_bytes(content)
    for _ in range(2):
        inbox.take()


@pytest.mark.usefixtures("runs")
def test_a_file_that_was_mended_goes_back_into_the_inbox_and_its_letter_is_closed(
    run: Run, data: Path
) -> None:
    set_aside(data, "a.gz", b"no gzip\n")
    (data / "unreadable" / "000000").write_bytes(gzip.compress(b"{}\n"))
    report = put_back(Request(run, frozenset({"unreadable_file"})))
    assert report.left == {"back in the inbox": 1}
    assert (data / "inbox" / "000000.gz").is_file()
    assert "unreadable_file" not in still_open(data)
    assert put_back(Request(run, frozenset({"unreadable_file"}))).already_there == 1


@pytest.mark.usefixtures("runs")
def test_a_file_that_still_can_not_be_read_stays_where_it_is_and_open(run: Run, data: Path) -> None:
    set_aside(data, "a.gz", b"no gzip\n")
    report = put_back(Request(run, frozenset({"unreadable_file"})))
    assert report.refused == {"unreadable_file": 1}
    assert (data / "unreadable" / "000000").is_file()
    assert still_open(data)["unreadable_file"] == 1


def test_a_dry_run_moves_no_file(run: Run, data: Path) -> None:
    set_aside(data, "a", b"PK\x03\x04")
    (data / "unreadable" / "000000").write_bytes(b"{}\n")
    report = put_back(Request(run, frozenset({"unreadable_file"}), dry_run=True))
    assert (report.chosen, report.left) == (1, {"back in the inbox": 1})
    assert (data / "unreadable" / "000000").is_file()


@pytest.mark.usefixtures("runs")
def test_a_file_that_a_person_moved_away_closes_its_letter(run: Run, data: Path) -> None:
    set_aside(data, "a", b"PK\x03\x04")
    (data / "unreadable" / "000000").unlink()
    put_back(Request(run, frozenset({"unreadable_file"})))
    assert "unreadable_file" not in still_open(data)

"""Commands that read tables, asked for those of an environment: its topics, or a refusal, never another folder."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from headrace.cli.app import app
from headrace.cluster.submission import Submission, Submissions
from headrace.errors import HeadraceError
from tests.unit.audit.conftest import PASS, alone, data, versions

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.connectors.kafka import KafkaTable

__all__ = ["alone", "data", "versions"]

LETTER = {
    "reason": "not_json",
    "stage": "ingest",
    "detail": None,
    "payload": base64.b64encode(b"of the topic").decode(),
    "arrived_at": "2018-05-01T00:00:00Z",
    "source": "x2.transactions_raw/0",
    "source_offset": 7,
}


def invoke(*arguments: str) -> Any:
    return CliRunner().invoke(app, [*arguments])


def refused(*arguments: str) -> HeadraceError:
    result = invoke(*arguments)
    assert isinstance(result.exception, HeadraceError), result.output
    return result.exception


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[bytes]]:
    """Records by topic that a broker would send."""
    records = {"x2.dead_letters": [json.dumps(LETTER).encode()]}

    def _copy(table: KafkaTable, path: Path, _: str, wanted: Any) -> int:
        path.parent.mkdir(parents=True)
        kept = [record for record in records.get(table.topic, []) if wanted(record)]
        path.write_bytes(b"".join(record + b"\n" for record in kept))
        return len(kept)

    monkeypatch.setattr("headrace.cli.tables.copy_topic", _copy)
    monkeypatch.setenv("KAFKA_TOPIC_PREFIX", "x2.")
    return records


def write_letter(folder: Path) -> None:
    (folder / "dead_letters").mkdir(parents=True, exist_ok=True)
    local = {**LETTER, "payload": base64.b64encode(b"of the folder").decode()}
    (folder / "dead_letters" / "a.jsonl").write_text(json.dumps(local) + "\n")


@pytest.mark.usefixtures("topics")
def test_dead_letters_of_topics_are_those_of_the_topics(tmp_path: Path) -> None:
    write_letter(tmp_path)
    of_topics = ["--environment", "kafka", "--data", str(tmp_path)]
    assert "of the topic" in invoke("dlq", "summary", *of_topics).output
    shown = json.loads(invoke("dlq", "show", "--json", *of_topics).stdout)
    assert [letter["payload"] for letter in shown] == ["of the topic"]
    assert "of the folder" in invoke("dlq", "show", "--data", str(tmp_path)).output


def test_asked_for_files_it_is_said_that_a_job_writes_to_a_topic(tmp_path: Path) -> None:
    write_letter(tmp_path)
    submission = Submission(
        "ingest",
        "fraud-ingest",
        "suite.zip",
        arguments=("--environment", "kafka", "--set", "KAFKA_TOPIC_PREFIX=x2."),
        places={"output dead_letters": {"connector": "kafka", "topic": "x2.dead_letters"}},
    )
    Submissions(tmp_path / "jobs").write(submission)
    printed = invoke("dlq", "summary", "--data", str(tmp_path), "--cluster", str(tmp_path)).output
    assert "fraud-ingest writes dead_letters to topic x2.dead_letters, which is not looked at here" in printed
    assert "--environment kafka --set KAFKA_TOPIC_PREFIX=x2. reads it" in printed


def test_topics_that_are_not_json_are_refused_in_a_sentence(tmp_path: Path) -> None:
    write_letter(tmp_path)
    error = refused("dlq", "summary", "--environment", "kafka-avro", "--data", str(tmp_path))
    assert "dead_letters is on a topic of avro" in str(error)


def test_an_environment_that_is_not_there_is_refused(tmp_path: Path) -> None:
    write_letter(tmp_path)
    assert "nowhere" in str(refused("dlq", "show", "--environment", "nowhere", "--data", str(tmp_path)))


def test_a_replay_of_topics_is_refused_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_letter(tmp_path)
    monkeypatch.setenv("HEADRACE_DATA", str(tmp_path))
    error = refused("dlq", "replay", "--environment", "kafka", "--job", "ingest")
    assert "is not in files" in str(error)
    assert "headrace dlq show --environment kafka --json" in error.hint


def test_an_audit_of_topics_does_not_answer_from_the_data_folder(
    data: Path, topics: dict[str, list[bytes]]
) -> None:
    error = refused("audit", str(PASS), "--environment", "kafka", "--data", str(data))
    assert f"no prediction of transaction_id {PASS} in the topics of kafka" in str(error)
    for table in ("predictions", "transaction_features", "labels"):
        files = sorted(path for path in (data / table).rglob("*") if path.is_file())
        topics[f"x2.{table}"] = [line for path in files for line in path.read_bytes().splitlines()]
    result = invoke("audit", str(PASS), "--environment", "kafka", "--data", str(data), "--json")
    assert result.exception is None, repr(result.exception)
    assert json.loads(result.stdout)["event"] == str(PASS), result.output
    assert result.exit_code == 0

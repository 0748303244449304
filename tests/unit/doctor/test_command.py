from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from headrace import cli
from headrace.doctor.explanation import failures

if TYPE_CHECKING:
    from pathlib import Path

METASPACE = "Caused by: java.lang.OutOfMemoryError: Metaspace"
CHECKS = [
    "Python",
    "packages",
    "variables",
    "Java",
    "PyFlink",
    "connector jars",
    "pinned jars",
    "suite",
    "data folder",
    "disk",
    "memory",
    "web UI port",
    "other ports",
    "processes",
    "sockets",
]


def doctor(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Run the command; returns its exit code."""
    monkeypatch.setattr(sys, "argv", ["headrace", "doctor", *arguments])
    monkeypatch.setattr("atexit._run_exitfuncs", lambda: None)  # those of the test run are not the command's
    with pytest.raises(SystemExit) as end:
        cli.main()
    return int(end.value.code or 0)


def test_all_checks_are_made_in_the_order_in_which_a_person_would_look(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    doctor(monkeypatch, "--json", "--data", str(tmp_path))
    findings = json.loads(capsys.readouterr().out)
    assert [finding["check"] for finding in findings] == CHECKS
    assert {finding["status"] for finding in findings} <= {"ok", "warning", "problem"}


def test_a_problem_is_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    jar = tmp_path / "flink-sql-connector-kafka-3.2.0-1.18.jar"
    jar.touch()
    assert doctor(monkeypatch, "--jars", str(jar)) == 1
    shown = capsys.readouterr().out
    assert "problem" in shown
    assert "to look at" in shown.splitlines()[-1]


def test_nothing_is_written_by_looking(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    doctor(monkeypatch, "--json", "--data", str(tmp_path / "data"))
    assert list(tmp_path.iterdir()) == []


def test_a_message_is_explained(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor(monkeypatch, "--explain", METASPACE) == 0
    assert capsys.readouterr().out.startswith(f"Java has no room for more classes\n{METASPACE}\n")


def test_a_log_file_is_explained_by_its_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log = tmp_path / "taskmanager.log"
    log.write_text("Object 'x' not found\n" + "INFO nothing\n" * 400_000 + METASPACE, encoding="utf-8")
    doctor(monkeypatch, "--json", "--explain", str(log))
    assert [each["name"] for each in json.loads(capsys.readouterr().out)] == ["metaspace-full"]


def test_standard_input_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"[ERROR] trouble\n{METASPACE}\n"))
    doctor(monkeypatch, "--explain", "-")
    assert METASPACE in capsys.readouterr().out


def test_what_hides_the_cause_is_named_after_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    doctor(monkeypatch, "--explain", f"Error received from SDK harness: No module named 'udfs'\n{METASPACE}")
    said = " ".join(capsys.readouterr().out.split())
    assert said.startswith("A Python module is missing")
    assert "Also seen: Java has no room for more classes, A Python function raised an exception" in said


def test_json_tells_all_there_is_to_know(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    doctor(monkeypatch, "--json", "--explain", METASPACE)
    (told,) = json.loads(capsys.readouterr().out)
    known = next(failure for failure in failures() if failure.name == "metaspace-full")
    assert told == {
        "name": known.name,
        "title": known.title,
        "meaning": known.meaning,
        "remedy": known.remedy,
        "source": known.source,
        "line": METASPACE,
    }


def test_an_unknown_message_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor(monkeypatch, "--explain", "ValueError: nobody knows") == 1
    assert "the doctor does not know this message" in capsys.readouterr().err


def test_a_message_longer_than_a_file_name_may_be_is_a_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor(monkeypatch, "--explain", "x" * 5000 + METASPACE) == 0
    assert "Java has no room" in capsys.readouterr().out

from __future__ import annotations

from pathlib import Path

import pytest

from headrace.runtime.failure import innermost_cause, job_failure, place_of
from tests.unit.runtime.conftest import lay

TRACES = Path(__file__).parent / "traces"


def trace_of(name: str) -> str:
    """A trace as Flink gave it, some of its frames left out; the file's first line says what it must come to."""
    return (TRACES / f"{name}.txt").read_text(encoding="utf-8").partition("\n\n")[2]


@pytest.mark.parametrize("path", sorted(TRACES.glob("*.txt")), ids=lambda path: path.stem)
def test_a_trace_comes_to_its_innermost_cause(path: Path) -> None:
    expected, _, trace = path.read_text(encoding="utf-8").partition("\n\n")
    assert innermost_cause(trace) == expected


def test_a_trace_without_cause_comes_to_its_first_line() -> None:
    assert innermost_cause("An error occurred while calling o1.get.\n\tat a.b") == (
        "An error occurred while calling o1.get."
    )


def test_a_python_error_that_is_not_ours_keeps_its_class() -> None:
    trace = (
        "Caused by: a.B: Traceback (most recent call last):\n  File x\nValueError: no number\n\n\tat a.b\n"
    )
    assert innermost_cause(trace) == "ValueError: no number"


def test_a_worker_that_fails_with_our_error_passes_its_hint_on() -> None:
    failure = job_failure(trace_of("a_damaged_model"), [])
    assert "model.onnx is not as it was written" in failure.args[0]
    assert failure.hint == "Copy the artifact again from where it was trained."


def test_the_hint_of_an_error_that_is_not_ours_is_none() -> None:
    trace = "Traceback (most recent call last):\n  File x\nValueError: no number\nand more\n"
    assert not job_failure(trace, []).hint


def test_a_line_that_can_not_be_read_is_named_with_file_and_line(tmp_path: Path) -> None:
    lay(tmp_path, {"a/rows": "{}\n", "b/deeper/rows": '{}\r\n{"payload": "e30=", "arrived\r\n'})
    failure = job_failure(trace_of("a_line_cut_off"), [tmp_path / "a", tmp_path / "b"])
    assert failure.args[0] == (
        f"the job failed: {tmp_path}/b/deeper/rows:2 holds a line that can not be read: "
        'Unexpected end-of-input in field name: {"payload": "e30=", "arrived'
    )
    assert "--resume" in failure.hint


def test_a_line_that_is_in_no_file_is_still_shown(tmp_path: Path) -> None:
    failure = job_failure(trace_of("a_time_that_is_none"), [tmp_path])
    assert (
        'Fail to deserialize at field: arrived_at: {"payload": "e30=", "arrived_at": "yesterday"'
        in (failure.args[0])
    )


def test_a_line_is_not_blamed_for_the_function_that_failed_on_it(tmp_path: Path) -> None:
    """Flink 2.3 wraps what a function chained to a source raises as a failure to deserialize."""
    lay(tmp_path, {"rows": "{}\n"})
    wrapped = "Caused by: java.io.IOException: Failed to deserialize JSON '{}'.\n\tat a.b\n"
    python = "Caused by: a.B: Traceback (most recent call last):\n  File x\nValueError: no number\n"
    java = "Caused by: org.apache.flink.EnforcerException: null where none may be\n"
    assert job_failure(wrapped + python, [tmp_path]).args[0] == "the job failed: ValueError: no number"
    assert job_failure(wrapped + java, [tmp_path]).args[0] == (
        "the job failed: EnforcerException: null where none may be"
    )


def test_a_place_is_the_first_of_equal_lines(tmp_path: Path) -> None:
    lay(tmp_path, {"b": "1\n2\n2\n", "a": "12\n", "c": "2\n"})
    assert place_of("2", [tmp_path / "gone", tmp_path]) == f"{tmp_path}/b:2"


def test_a_worker_that_says_it_on_several_lines_is_quoted_whole() -> None:
    said = "the features given are not those of model m\n  missing: a DOUBLE\n  given: b INT"
    raised = f"headrace.models.features.InvalidFeaturesError: {said}\nRetrain.\n"
    trace = f"Caused by: a.B: Traceback (most recent call last):\n  File x\n{raised}\n\tat a.b"
    failure = job_failure(trace, [])
    assert failure.args[0] == f"the job failed: {said}"
    assert failure.hint == "Retrain."

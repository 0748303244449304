from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headrace.dead_letters.fix import FixError, fix_by_file, fix_by_function
from headrace.dead_letters.letter import Letter

if TYPE_CHECKING:
    from pathlib import Path

LETTER = Letter("late", "ingest", None, b"{\xff", None, "payments-0", 3)
FIXES = """
def good(payload):
    return payload + b"}"

def none(payload):
    return None

def text(payload):
    return "text"

def fails(payload):
    raise KeyError("amount")

number = 3
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    name = f"fixes_of_{abs(hash(request.node.nodeid))}"
    (tmp_path / f"{name}.py").write_text(FIXES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", ["/nowhere"])
    return name


def edited(path: Path, **changes: Any) -> Path:
    source, offset, digest = LETTER.identity
    entry = {"source": source, "source_offset": offset, "payload_sha256": digest, "payload": LETTER.text}
    path.write_text(json.dumps([{**entry, **changes}]))
    return path


def test_a_function_of_the_current_folder_gives_the_payload(module: str) -> None:
    assert fix_by_function(f"{module}:good")(LETTER) == b"{\xff}"


def test_a_function_may_leave_a_letter(module: str) -> None:
    assert fix_by_function(f"{module}:none")(LETTER) is None


def test_a_function_that_gives_text_is_an_error(module: str) -> None:
    with pytest.raises(FixError, match="expected bytes or None for payments-0 @ 3, got str"):
        fix_by_function(f"{module}:text")(LETTER)


def test_a_function_that_fails_names_the_letter(module: str) -> None:
    with pytest.raises(FixError, match=r"failed on payments-0 @ 3 \(late\): KeyError: 'amount'"):
        fix_by_function(f"{module}:fails")(LETTER)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("{}:missing", "has no function missing"),
        ("{}:number", "has no function number"),
        ("{}", "wants module:function"),
        ("no_such_module:f", "No module named 'no_such_module'"),
    ],
)
def test_a_function_that_is_not_there_is_an_error(module: str, spec: str, message: str) -> None:
    with pytest.raises(FixError, match=message):
        fix_by_function(spec.format(module))


def test_an_edited_text_becomes_the_payload(tmp_path: Path) -> None:
    path = edited(tmp_path / "letters.json", payload='{"é": 1}')
    assert fix_by_file(path, [LETTER])(LETTER) == '{"é": 1}'.encode()


def test_a_text_that_was_not_edited_is_the_letters_bytes(tmp_path: Path) -> None:
    assert fix_by_file(edited(tmp_path / "letters.json"), [LETTER])(LETTER) == b"{\xff"


def test_letters_that_are_null_or_missing_in_the_file_are_left(tmp_path: Path) -> None:
    other = Letter("late", "ingest", None, b"{}", None, "payments-0", 4)
    fix = fix_by_file(edited(tmp_path / "letters.json", payload=None), [LETTER, other])
    assert [fix(LETTER), fix(other)] == [None, None]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[", "not JSON"),
        ("{}", "expected an array"),
        ("[3]", "expected objects with source, source_offset, payload_sha256, payload"),
        ('[{"source": "a"}]', "expected objects with source"),
        (
            '[{"source": "a", "source_offset": 1, "payload_sha256": "x", "payload": "{}"}]',
            "there is no dead letter from a @ 1 with payload_sha256 x",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_an_error(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "letters.json"
    path.write_text(content)
    with pytest.raises(FixError, match=message):
        fix_by_file(path, [LETTER])


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FixError, match="No such file"):
        fix_by_file(tmp_path / "letters.json", [LETTER])

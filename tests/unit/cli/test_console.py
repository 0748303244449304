from __future__ import annotations

import json
from datetime import datetime, timezone
from io import StringIO

import pytest
from rich.console import Console

from headrace.cli import console
from headrace.errors import HeadraceError


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    made = StringIO()
    for name in ("out", "err"):
        monkeypatch.setattr(console, name, Console(file=made, width=60, highlight=False))
    return made


def test_json_keeps_order_and_letters_and_writes_times_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_json({"b": datetime(2018, 5, 1, tzinfo=timezone.utc), "a": "größer"})
    printed = capsys.readouterr().out
    assert "größer" in printed
    assert list(json.loads(printed).items()) == [("b", "2018-05-01 00:00:00+00:00"), ("a", "größer")]


def test_cells_are_written_as_people_read_them(screen: StringIO) -> None:
    console.print_table(
        "", ["what", "cell"], [("a", 12_345), ("b", 0.123456), ("c", None), ("d", True), ("e", "[x]")]
    )
    cells = [line.split("│")[2].strip() for line in screen.getvalue().splitlines() if "│" in line]
    assert cells == ["12,345", "0.1235", "–", "yes", "[x]"]


def test_a_column_of_numbers_stands_to_the_right(screen: StringIO) -> None:
    console.print_table("counts", ["what", "rows"], [("a", 1), ("b", 12_345)])
    lines = [line for line in screen.getvalue().splitlines() if "│" in line]
    assert screen.getvalue().startswith("counts")
    assert [line.split("│")[2] for line in lines] == ["      1 ", " 12,345 "]


def test_a_table_without_rows_has_its_headings(screen: StringIO) -> None:
    console.print_table("", ["what", "rows"], [])
    assert "what" in screen.getvalue()


def test_an_error_is_printed_with_its_hint_and_without_markup(screen: StringIO) -> None:
    console.print_error(HeadraceError("expected [red], found [/]", "choose [blue]"))
    assert screen.getvalue() == "error: expected [red], found [/]\nhint: choose [blue]\n"


def test_an_error_without_hint_is_one_line(screen: StringIO) -> None:
    console.print_error(HeadraceError("no"))
    assert screen.getvalue() == "error: no\n"

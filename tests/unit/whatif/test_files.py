from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headrace.whatif.files import folder_of, keep, read_result
from headrace.whatif.measures import MEASURES
from headrace.whatif.replay import what_if
from headrace.whatif.result import WhatIfError
from headrace.whatif.wording import title_of

if TYPE_CHECKING:
    from headrace.whatif.replay import Question


def test_what_was_kept_is_read_again(question: Question, tmp_path: Path) -> None:
    found = what_if(question)
    keep(found, tmp_path / "some" / "where")
    assert read_result(tmp_path / "some" / "where" / "whatif.json") == found


def test_the_same_replay_is_kept_as_the_same_bytes_over_the_one_before(
    question: Question, tmp_path: Path
) -> None:
    kept = []
    for _ in range(2):
        keep(what_if(question), tmp_path)
        kept.append({path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()})
    assert kept[0] == kept[1]
    assert {*kept[0]} == {"whatif.json", "whatif.html"}


def test_a_result_at_another_threshold_does_not_take_the_place_of_the_versions_own() -> None:
    assert folder_of(Path("data"), "f-1").as_posix() == "data/whatif/f-1"
    assert folder_of(Path("data"), "f-1", 0.4).as_posix() == "data/whatif/f-1-at-0.4"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "Invalid JSON"),
        ("[]", "the file: Input should be an object"),
        ('{"format": 2}', "format: Input should be 1"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "whatif.json").write_text(content)
    with pytest.raises(WhatIfError, match=f"is no result of headrace whatif of format 1: .*{said}"):
        read_result(tmp_path / "whatif.json")


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(WhatIfError, match="no result of a replay: No such file"):
        read_result(tmp_path / "whatif.json")


def test_the_page_needs_nothing_beside_it_and_has_every_measure_part_and_caveat(
    question: Question, tmp_path: Path
) -> None:
    found = what_if(replace(question, as_of=question.period.end.replace(day=13)))
    page = keep(found, tmp_path).read_text(encoding="utf-8")
    assert page.count("<svg") == 4
    assert re.findall(r"<(?:script|link|img)\b|(?:href|src)=\"(?!#)", page) == []
    for text in [*(title_of(name, found) for name in MEASURES), *(part.column for part in found.slices)]:
        assert text in page
    assert "are not known yet" in page
    assert found.replayed.sha256 in page


def test_a_replay_without_a_single_alert_or_positive_has_a_page(question: Question, tmp_path: Path) -> None:
    nothing = replace(question.candidate, threshold=1.0)
    cheap = replace(question, candidate=nothing, baseline=nothing)
    found = what_if(cheap)
    assert found.measured.candidate["precision"].value is None
    assert "<svg" in keep(found, tmp_path).read_text(encoding="utf-8")

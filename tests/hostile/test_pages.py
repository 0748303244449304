"""Whatever stands in a field, a page shows it as text: no element, no attribute, no control of the terminal."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from headrace.cli import console
from headrace.models.report import write_report
from headrace.models.training import Provenance, train
from headrace.parity.certificate import Certificate
from headrace.parity.page import page
from headrace.whatif.replay import what_if
from headrace.whatif.report import render
from headrace.whatif.result import WhatIf
from tests.unit.models.conftest import LINEAR, make_frame
from tests.unit.parity.certificates import certificate, comparison
from tests.unit.whatif.conftest import data, question, tables, versions

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.whatif.replay import Question

__all__ = ["data", "question", "tables", "versions"]

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)><!-- $\\frac$ | `x` [x](javascript:x)\n# {{7*7}}"
KEPT = {"kind", "format"}
"""Fields that take one of a few words."""


class Elements(HTMLParser):
    """What a browser makes of a page: its elements, and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile(value: Any, name: str = "") -> Any:
    """A document with every text in it replaced, those apart that are times or one of a few words."""
    if isinstance(value, dict):
        return {key: hostile(content, key) for key, content in value.items()}
    if isinstance(value, (list, tuple)):
        return [hostile(content, name) for content in value]
    return HOSTILE if isinstance(value, str) and name not in KEPT else value


def assert_harmless(text: str) -> None:
    page = Elements(text)
    assert not page.tags & {"script", "img", "iframe", "object", "embed", "link", "a"}
    assert not {name for name in page.attributes if name.startswith("on")}
    assert "<script>alert(1)</script>" in page.text
    assert "{{7*7}}" in page.text


@pytest.mark.filterwarnings("ignore:Glyph")
def test_a_model_report_shows_markup_as_text(tmp_path: Path) -> None:
    features = tuple(replace(each, unit=HOSTILE) for each in LINEAR.features)
    definition = replace(LINEAR, features=features)
    provenance = Provenance("0" * 64, HOSTILE)
    frame, later = make_frame(), make_frame(seed=1, first_day="2026-03-05")
    artifact = train(definition, frame, later, tmp_path / "model", provenance)
    assert_harmless(write_report(definition, artifact, later, tmp_path / "report.html").read_text())


@pytest.mark.filterwarnings("ignore:Glyph")
def test_the_page_of_a_replay_shows_markup_as_text(question: Question) -> None:
    result = what_if(question)
    document = hostile(
        result.model_dump(exclude={"replayed": {"begin", "end", "as_of", "first", "labels_until"}})
    )
    document["replayed"] |= result.replayed.model_dump(
        include={"begin", "end", "as_of", "first", "labels_until"}
    )
    for side in ("candidate", "baseline"):
        document[side]["trained_to"] = getattr(result, side).trained_to
    assert_harmless(render(WhatIf.model_validate(document)))


def test_a_certificate_shows_markup_as_text() -> None:
    document = hostile(certificate(comparison()).model_dump(exclude={"holds"}))
    document["versions"] = {HOSTILE: HOSTILE}
    text = page(Certificate.model_validate(document))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert "<" not in text
    assert "](" not in text
    assert {line.replace("\\|", "").count("|") for line in rows if "SHA-256 of the SQL" in line} == {7}
    assert not [line for line in text.splitlines() if line.startswith("# ") and "Parity" not in line]


def test_a_terminal_is_not_controlled_by_what_stands_in_a_cell(capsys: pytest.CaptureFixture[str]) -> None:
    console.print_table("", ["reason"], [["\x1b]0;owned\x07\x1b[2J[red]text"]])
    shown = capsys.readouterr().out
    assert "\x1b]0" not in shown
    assert "\x1b[2J" not in shown
    assert "[red]text" in shown

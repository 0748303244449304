"""The page of the documentation that shows the newest published benchmark of the whole job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.markdown import with_measured
from benchmarks.pipeline.plot import draw
from benchmarks.pipeline.report import markdown

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.pipeline.results import Results

PAGE = "benchmarks.md"
PICTURE = "![Latency by rate, and payments a second, by contender](images/benchmarks.png)\n\n"
BEGIN, END = "<!-- measured: make bench ARGS=--publish -->", "<!-- end of measured -->"


def publish(results: Results, docs: Path) -> None:
    """Replace the measured part of the page, and the plot.

    Raises:
        HeadraceError: when the page has no such part.
    """
    page = docs / PAGE
    text = with_measured(page.read_text(encoding="utf-8"), f"{PICTURE}{markdown(results)}", BEGIN, END, PAGE)
    (docs / "images").mkdir(exist_ok=True)
    draw(results, docs / "images" / "benchmarks.png")
    page.write_text(text, encoding="utf-8")

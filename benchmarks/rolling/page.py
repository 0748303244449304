"""The page of the documentation that shows the newest published benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.markdown import with_measured
from benchmarks.rolling.plot import draw
from benchmarks.rolling.report import markdown

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.rolling.results import Results

PAGE = "rolling-benchmark.md"
PICTURE = "![Payments a second by form and state backend](images/rolling.png)\n\n"
BEGIN, END = "<!-- measured: make bench-rolling ARGS=--publish -->", "<!-- end of measured -->"


def publish(results: Results, docs: Path) -> None:
    """Replace the measured part of the page, and the plot.

    Raises:
        HeadraceError: when the page has no such part.
    """
    page = docs / PAGE
    rates = results.has("customer/quix") or results.has("both/over/hashmap")
    measured = f"{PICTURE if rates else ''}{markdown(results)}"
    page.write_text(
        with_measured(page.read_text(encoding="utf-8"), measured, BEGIN, END, PAGE), encoding="utf-8"
    )
    if rates:
        (docs / "images").mkdir(exist_ok=True)
        draw(results, docs / "images" / "rolling.png")

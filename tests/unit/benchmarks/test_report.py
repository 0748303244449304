"""What a reader sees of a benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.markdown import with_measured
from benchmarks.rolling import report
from benchmarks.rolling.page import BEGIN, END
from benchmarks.rolling.plot import draw
from benchmarks.rolling.results import Again, Results
from benchmarks.spread import Spread
from headrace.errors import HeadraceError
from tests.unit.benchmarks.rolling_results import made_up

if TYPE_CHECKING:
    from pathlib import Path


def test_a_spread_is_median_lowest_and_highest() -> None:
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(median=2.0, low=1.0, high=3.0)


def test_ratios_come_before_rates_and_the_fastest_form_comes_first() -> None:
    head, _, *rows = report.throughput(made_up(), "customer").splitlines()
    assert head == (
        "| form | state | × OVER chain | × Quix | × Quix, per core | payments/s | payments/s and core |"
    )
    assert rows[0].startswith("| read only |")
    assert rows[1] == (
        "| rolling, on arrival | heap | **5** | **4** | **4** | 500,000 (400,000–666,667) | 250,000 |"
    )


def test_the_peer_is_not_named_where_it_was_not_measured() -> None:
    assert "Quix" not in report.throughput(made_up(), "both")


def test_a_hot_key_is_so_many_times_slower() -> None:
    rows = report.hot_keys(made_up(slow_hot_key=3.0)).splitlines()
    assert "| 50 % | heap | **3.00** | 166,667 (153,846–181,818) | 500,000 (400,000–666,667) |" in rows


def test_latency_is_shown_by_percentile() -> None:
    assert "| rolling, on arrival | **1.00** | 2.0 (1.0–3.0) | 9.0 (8.0–10.0) |" in report.latency(made_up())


def test_a_million_keys_are_extrapolated_and_said_to_be() -> None:
    rows = report.sizes(made_up()).splitlines()
    assert "| 100,000 × 15 | heap | 40.0 | 600 | 60.0 MB |" in rows
    assert "| 1,000,000 × 15, extrapolated | heap | 40.0 | 600 | 600.0 MB |" in rows


def test_what_was_measured_again_says_when_and_how_busy_the_machine_was() -> None:
    again = Again(date="2026-11-26T08:00:00+00:00", load=0.2)
    results = made_up(load=9.0).without(["latency"], again)
    assert not any(name.startswith("latency") for name in results.runs)
    assert "customer/quix" in results.runs
    said = report.origin(results)
    assert "absolute figures not at all, those of latency excepted.**" in said
    assert "Latency was measured again on 2026-11-26, at a load of 0.2." in said


def test_state_that_is_measured_again_is_not_there_twice() -> None:
    again = Again(date="2026-11-26T08:00:00+00:00", load=0.2)
    assert made_up().without(["state"], again).state == []


def test_goals_that_are_missed_say_no() -> None:
    reached = report.goals(made_up())
    missed = report.goals(made_up(slow_hot_key=3.0))
    assert "**no**" not in reached
    assert missed.count("**no**") == 2


@pytest.mark.parametrize(("load", "warned"), [(0.2, False), (6.0, True)])
def test_figures_from_a_busy_machine_are_marked(load: float, warned: bool) -> None:
    assert ("busy" in report.origin(made_up(load))) is warned


def test_a_quick_run_is_marked() -> None:
    assert "Quick run" in report.origin(made_up(quick=True))


def test_what_was_not_measured_has_no_section() -> None:
    results = made_up()
    some = {case: runs for case, runs in results.runs.items() if case.startswith("latency")}
    text = report.markdown(results.model_copy(update={"runs": some, "state": []}))
    assert [line for line in text.splitlines() if line.startswith("#")] == ["### Latency", "### Goals"]


def test_results_come_back_from_json() -> None:
    assert Results.model_validate_json(made_up().model_dump_json()) == made_up()


def test_the_plot_names_every_form_that_has_windows(tmp_path: Path) -> None:
    draw(made_up(), tmp_path / "rolling.svg")
    drawn = (tmp_path / "rolling.svg").read_text(encoding="utf-8")
    assert drawn.count("chain of OVER views, RocksDB") == 2
    assert drawn.count("Quix Streams function") == 1


def test_publishing_replaces_the_measured_part_only() -> None:
    page = f"before\n{BEGIN}\n\nold\n{END}\nafter\n"
    assert with_measured(page, "new\n", BEGIN, END, "a page") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(HeadraceError, match="expected <!-- measured"):
        with_measured("no marks", "new", BEGIN, END, "a page")

"""What is measured of the whole job, and what a reader sees of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from benchmarks.pipeline import growth_tables, report
from benchmarks.pipeline.__main__ import note
from benchmarks.pipeline.extent import FULL, QUICK, Extent
from benchmarks.pipeline.goals import goals
from benchmarks.pipeline.ladder import figures, rung
from benchmarks.pipeline.page import BEGIN, END, publish
from benchmarks.pipeline.results import Results
from benchmarks.pipeline.schedule import GROUPS, Case, cases, to_check
from benchmarks.pipeline.schedule import QUICK as QUICK_CASES
from benchmarks.pipeline.suite import MORE, WINDOWS, make_suite
from benchmarks.place import ROOT
from headrace.errors import HeadraceError
from headrace.planning.ladder import Outcome, Record
from headrace.runtime.configuration import profile_names, read_profile
from tests.unit.benchmarks.pipeline_results import made_up

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.pipeline.bench import Bench

OURS = "throughput/realtime/throughput/hashmap/2"


def rows_of(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_every_case_has_a_name_of_its_own_that_begins_with_its_group() -> None:
    names = [case.name for case in cases()]
    assert len(names) == len({*names})
    assert {name.split("/")[0] for name in names} == {*GROUPS}


def test_the_quick_cases_are_among_them() -> None:
    assert {case.name for case in cases(quick=True)} == QUICK_CASES


def test_each_contender_is_compared_once_by_what_could_make_it_differ() -> None:
    checked = [case.checked_as for case in to_check(cases(["latency", "throughput"]))]
    assert len(checked) == len({*checked})
    assert "echo" not in checked
    assert {"quix", "redis", "bytewax", "realtime/defaults/hashmap"} < {*checked}


def test_profiles_that_are_measured_exist(tmp_path: Path) -> None:
    suite = make_suite(tmp_path / "suite", ROOT)
    assert {case.profile for case in cases() if case.profile} <= {*profile_names(suite)}


def test_pyflink_as_it_comes_has_no_bundle_buffer_or_watermark_set(tmp_path: Path) -> None:
    options = read_profile(make_suite(tmp_path / "suite", ROOT), "defaults")
    assert not [name for name in options if name.startswith(("python.", "pipeline.", "execution.buffer"))]


def test_a_suite_with_more_windows_computes_them_and_leaves_the_shipped_one_alone(tmp_path: Path) -> None:
    wide = make_suite(tmp_path / "wide", ROOT, 12)
    views = wide / "sql" / "fraud" / "views"
    text = (views / "customer_features_on_arrival.sql").read_text(encoding="utf-8")
    assert f"windows => '1d, 7d, 30d, {', '.join(MORE)}'" in text
    shipped = ROOT / "sql" / "fraud" / "views" / "customer_features_on_arrival.sql"
    assert WINDOWS in shipped.read_text(encoding="utf-8")


@pytest.mark.parametrize("extent", [FULL, QUICK])
def test_there_are_payments_for_every_rung(extent: Extent) -> None:
    customers, a_day = 5_000, 1.9
    there = customers // extent.latency_every * a_day * (120 - extent.fill_days)
    assert sum(extent.rates) * sum(extent.seconds) < there


def test_a_rung_takes_the_next_records_and_too_few_are_an_error() -> None:
    records = (Record("key", b"", number) for number in range(10_000))
    first = rung(records, 100, QUICK)
    assert (len(first.records), first.unmeasured) == (400, 100)
    assert rung(records, 100, QUICK).records[0].id == 400
    with pytest.raises(HeadraceError, match="too few payments for 10000 events/s"):
        rung(records, 10_000, QUICK)


def test_figures_of_a_rung_bear_its_name() -> None:
    found = figures("1000", Outcome(1_000, 990.0, np.array([1.0, 3.0]), ()))
    assert found["1000/p50"] == 2.0
    assert found["1000/reached"] == 990.0


def test_ratios_come_before_milliseconds_and_rates() -> None:
    head = report.latency(made_up()).splitlines()[0]
    assert head.index("defaults' p50 ÷ its") < head.index("p50, ms")
    head = report.throughput(made_up(), "throughput", "throughput/quix").splitlines()[0]
    assert head.index("× Quix Streams, per core") < head.index("payments/s")


def test_latency_is_beside_the_defaults_and_quix_at_the_same_rate() -> None:
    rows = [row for row in rows_of(report.latency(made_up())) if row[0] == "1,000"]
    ours = next(row for row in rows if row[1] == "headrace, low-latency")
    assert ours[2:6] == ["**334**", "**2**", "1.2 (1.0–1.4)", "4.2 (4.0–4.4)"]


def test_the_fastest_comes_first_and_the_peer_is_one() -> None:
    rows = rows_of(report.throughput(made_up(), "throughput", "throughput/quix"))
    assert rows[0][0] == "headrace, throughput"
    quix = next(row for row in rows if row[0] == "Quix Streams")
    assert quix[1:] == ["RocksDB", "", "**1**", "**1**", "41,667 (35,714–50,000)", "20,833 (17,857–25,000)"]


def test_cost_is_for_a_million_payments() -> None:
    row = rows_of(report.cost(made_up()))[0]
    assert row[3:] == ["24 (20–28)", "1,000", "10.0"]


def test_a_hot_key_is_so_many_times_slower_than_the_same_job_without() -> None:
    rows = rows_of(growth_tables.hot_keys(made_up(slow_hot_key=3.0)))
    assert [(row[0], row[3]) for row in rows] == [
        ("1 %", "**1.00**"),
        ("10 %", "**1.00**"),
        ("50 %", "**3.00**"),
    ]


def test_state_is_shown_by_payments_in_it() -> None:
    assert rows_of(growth_tables.sizes(made_up()))[0] == ["125,000", "heap", "25.0", "200", "0.50"]


def test_more_features_are_so_many_times_slower_than_the_shipped_ones() -> None:
    rows = rows_of(growth_tables.features(made_up()))
    assert [row[:2] for row in rows] == [["51", "**1.00**"], ["99", "**1.00**"], ["195", "**1.00**"]]


def test_keys_are_measured_up_to_a_size_and_computed_beyond_it() -> None:
    rows = rows_of(growth_tables.keys(made_up()))
    assert [row for row in rows if row[2] == "heap"] == [
        ["1,000", "3,000", "heap", "2.2", "2,200", "0.50"],
        ["10,000", "30,000", "heap", "4.0", "400", "0.50"],
        ["100,000", "300,000", "heap", "22.0", "220", "0.50"],
        ["1,000,000, computed", "3,000,000", "heap", "202.0", "202", ""],
        ["10,000,000, computed", "30,000,000", "heap", "2,002.0", "200", ""],
    ]
    assert [row[2] for row in rows[5:]] == ["RocksDB"] * 5


def test_one_size_alone_makes_no_line() -> None:
    results = made_up()
    case = "keys/realtime/throughput/hashmap/2/1000"
    alone = results.model_copy(update={"runs": {case: results.runs[case]}})
    assert [row[0] for row in rows_of(growth_tables.keys(alone))] == ["1,000"]


def test_goals_say_what_was_measured_and_whether_it_is_enough() -> None:
    rows = {row[0]: row[1:] for row in rows_of(goals(made_up(slow_hot_key=3.0)))}
    assert rows["p99 at 1,000/s: ≤ 8 ms"] == ["6.2 ms", "yes"]
    assert rows["whole job, heap: ≥ 60,000 payments/s"] == ["83,333", "yes"]
    assert rows["whole job, heap: ≥ 3 × Quix Streams per core"] == ["2 ×", "**no**"]
    assert rows["half of the events on one key: at most 2 × slower"] == ["3.00 ×", "**no**"]
    assert rows["below Quix Streams at every rate, up to p99.9"] == ["20 of 20", "yes"]
    assert rows["left waiting at the end of a burst: none"] == ["0", "yes"]


def test_where_quix_is_faster_the_goal_says_so() -> None:
    results = made_up()
    for run in results.runs["latency/quix"]:
        run["5000/p99"] = 0.1
    (row,) = [row for row in rows_of(goals(results)) if row[0].startswith("below Quix")]
    assert row[1:] == ["19 of 20; not 5000/p99", "**no**"]


def test_a_busy_machine_is_said_with_the_groups_it_met() -> None:
    assert "busy" not in report.origin(made_up())
    results = made_up()
    results.loads[OURS][1] = 4.0
    assert "busy with other work during throughput:" in report.origin(results)


def test_a_quick_run_is_marked_and_has_no_goals() -> None:
    text = report.markdown(made_up(quick=True))
    assert "Quick run" in text
    assert "### Goals" not in text


def test_what_was_not_measured_has_no_section() -> None:
    results = made_up()
    kept = {name: runs for name, runs in results.runs.items() if name.startswith("score")}
    text = report.markdown(results.model_copy(update={"runs": kept}))
    assert [line for line in text.splitlines() if line.startswith("#")] == ["### Scoring alone", "### Goals"]


def test_an_interrupted_benchmark_goes_on_where_it_was() -> None:
    results = made_up()
    case = next(case for case in cases() if case.name == OURS)
    del results.runs[OURS][2]
    assert [results.lacks(case, number) for number in range(3)] == [False, False, True]


def test_a_group_that_is_measured_again_loses_its_runs_only() -> None:
    results = made_up().without(["hot", "latency"])
    assert not any(name.startswith(("hot", "latency")) for name in [*results.runs, *results.loads])
    assert results.has(OURS)


def test_results_come_back_from_json() -> None:
    assert Results.model_validate_json(made_up().model_dump_json()) == made_up()


def test_publishing_puts_tables_and_plot_between_the_marks(tmp_path: Path) -> None:
    (tmp_path / "benchmarks.md").write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    publish(made_up(), tmp_path)
    page = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert page.startswith(f"before\n{BEGIN}\n\n![")
    assert page.endswith(f"{END}\nafter\n")
    assert "old" not in page
    assert (tmp_path / "images" / "benchmarks.png").read_bytes().startswith(b"\x89PNG")


class Failing:
    """A benchmark in which whatever runs fails."""

    def run(self, case: Case) -> dict[str, float]:
        message = f"{case.contender} ended:\nits last words"
        raise HeadraceError(message)


def test_a_peer_that_fails_is_said_and_not_tried_again() -> None:
    results, bench = made_up().without(["latency"]), cast("Bench", Failing())
    peer = Case("latency", "bytewax")
    assert note(bench, results, peer) == {}
    assert not results.lacks(peer, 0)
    assert "| Bytewax | bytewax ended: |" in report.markdown(results)


def test_one_of_ours_that_fails_ends_the_benchmark() -> None:
    with pytest.raises(HeadraceError, match="realtime ended"):
        note(cast("Bench", Failing()), made_up(), Case("latency", "realtime", "low-latency", "hashmap", 1))

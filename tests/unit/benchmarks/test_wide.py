"""More features than the shipped ones: their names, the suite that computes them, and what they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from benchmarks.pipeline.artifacts import WIDE, definition_of, training_sets
from benchmarks.pipeline.bench import Bench
from benchmarks.pipeline.contenders import Contenders
from benchmarks.pipeline.extent import QUICK
from benchmarks.pipeline.schedule import Case, cases, to_check
from benchmarks.pipeline.suite import CONFIGURATION, SHIPPED, copied
from benchmarks.pipeline.wide import AGGREGATES, WIDTHS, Width, make_wide_suite
from benchmarks.pipeline.wide_truth import WideTruth
from benchmarks.place import ROOT
from benchmarks.processes import Programs
from benchmarks.truth import Truth
from headrace.errors import HeadraceError
from headrace.runtime.job import load_job
from headrace.runtime.run import Run, prepare
from tests.unit.benchmarks.test_peers import frame_of

if TYPE_CHECKING:
    from pathlib import Path

FEW = Width(4, 3)
"""The smallest with a window and an aggregate more: 2d and a sum."""
MORE_OF_CUSTOMERS = [
    *(f"customer_amount_sum_{window}" for window in ("1d", "7d", "30d")),
    *("customer_count_2d", "customer_amount_avg_2d", "customer_amount_sum_2d"),
]
MORE_OF_TERMINALS = [
    *(f"terminal_fraud_sum_{window}" for window in ("1d", "7d", "30d")),
    *("terminal_fraud_count_2d", "terminal_fraud_avg_2d", "terminal_fraud_sum_2d"),
]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_wide_suite(tmp_path_factory.mktemp("wide") / "suite", ROOT, FEW)


def text_of(suite: Path, name: str) -> str:
    return (suite / "sql" / "fraud" / f"{name}.sql").read_text(encoding="utf-8")


def test_the_further_features_are_what_the_shipped_ones_leave() -> None:
    assert [each.name for each in FEW.additions("customer")] == MORE_OF_CUSTOMERS
    assert [each.name for each in FEW.additions("terminal")] == MORE_OF_TERMINALS
    assert FEW.features == 15 + len(MORE_OF_CUSTOMERS) + len(MORE_OF_TERMINALS)
    assert Width(3, 2).features == 15


def test_a_model_has_as_many_features_as_its_name_says() -> None:
    assert {f"features{len(definition_of(name).features)}" for name in WIDE} == {*WIDE}


@pytest.mark.parametrize("count", WIDTHS)
def test_a_case_has_the_model_of_its_features_and_is_compared_by_itself(count: int) -> None:
    (case,) = [each for each in cases(["features"]) if each.variant == f"{count}"]
    assert case.name == f"features/realtime/throughput/hashmap/2/{count}"
    assert len(definition_of(case.model).features) == count
    assert f"realtime/throughput/hashmap/{count}" in {each.checked_as for each in to_check(cases())}


def test_views_on_arrival_compute_more_windows_and_aggregates(suite: Path) -> None:
    text = text_of(suite, "views/customer_features_on_arrival")
    assert "windows => '1d, 7d, 30d, 2d'" in text
    assert "aggregates => 'count, avg(amount), sum(amount)'" in text
    assert "  COALESCE(CAST(customer_count_2d AS DOUBLE), 0) AS customer_count_2d,\n" in text
    assert (
        "  customer_amount_avg_30d,\n"
        "  COALESCE(CAST(customer_amount_sum_1d AS DOUBLE), 0) AS customer_amount_sum_1d,\n"
    ) in text
    assert "AS customer_amount_sum_2d\nFROM rolling(" in text


def test_what_reads_features_passes_the_further_ones_on(suite: Path) -> None:
    events = text_of(suite, "views/terminal_events")
    assert "  customer_amount_sum_2d,\n  CAST(NULL AS INT) AS fraud" in events
    assert "  CAST(NULL AS DOUBLE) AS customer_amount_sum_2d,\n  fraud\n" in events
    assert "      terminal_fraud_avg_2d,\n      terminal_fraud_sum_2d\n    ) AS ROW<" in text_of(
        suite, "views/transaction_scores"
    )


@pytest.mark.parametrize("column", [*MORE_OF_CUSTOMERS, *MORE_OF_TERMINALS])
def test_a_further_feature_is_promised_written_and_scored(suite: Path, column: str) -> None:
    assert f"  {column} DOUBLE NOT NULL COMMENT" in text_of(suite, "contracts/transaction_features")
    assert f"    {column}" in text_of(suite, "pipelines/realtime").splitlines() or (
        f"    {column}," in text_of(suite, "pipelines/realtime").splitlines()
    )
    assert f"      {column} DOUBLE" in text_of(suite, "views/transaction_scores")


def test_the_shipped_suite_is_left_alone(suite: Path) -> None:
    name = "sql/fraud/views/transaction_scores.sql"
    assert "_2d" in (suite / name).read_text(encoding="utf-8")
    assert "_2d" not in (ROOT / name).read_text(encoding="utf-8")


def test_a_wide_suite_is_complete(suite: Path, tmp_path: Path) -> None:
    run = Run(suite, load_job(suite, "realtime"), tmp_path, "kafka", "throughput", {"headrace.model": "m"})
    _, steps = prepare(run)
    assert {"customer_features_on_arrival", "terminal_features_on_arrival"} < {
        step.statement.name for step in steps
    }


@pytest.mark.parametrize("shipped", ["windows => '1d, 7d, 30d'", "aggregates => 'count, avg(amount)'"])
def test_other_windows_or_aggregates_than_the_shipped_ones_are_refused(tmp_path: Path, shipped: str) -> None:
    changed = tmp_path / "changed"
    changed.mkdir()
    for name in (*SHIPPED, CONFIGURATION):
        (changed / name).symlink_to(ROOT / name)
    view = copied(changed / "sql") / "fraud" / "views" / "customer_features_on_arrival.sql"
    view.write_text(view.read_text(encoding="utf-8").replace(shipped, "others"), encoding="utf-8")
    with pytest.raises(HeadraceError, match=re.escape(f"on_arrival.sql: expected {shipped}")):
        make_wide_suite(tmp_path / "suite", changed, FEW)


def features() -> pd.DataFrame:
    """Of a customer's payments of 1, 2 and 4, at hours 0, 36 and 200 at one terminal, of which the first is a fraud."""
    frame = frame_of([(0, 1, 5, 100, True), (36, 1, 5, 200, False), (200, 1, 5, 400, False)])
    return WideTruth(frame, WIDTHS[195]).features()


def test_further_features_of_a_customer_are_those_of_the_window() -> None:
    last, before = features().iloc[-1], features().iloc[1]
    assert before["customer_amount_sum_1d"] == 2.0
    assert before["customer_amount_sum_2d"] == before["customer_amount_sum_7d"] == 3.0
    assert before["customer_amount_stddev_2d"] == pytest.approx(0.5**0.5)
    assert (last["customer_amount_min_30d"], last["customer_amount_max_30d"]) == (1.0, 4.0)
    assert (last["customer_amount_last_30d"], last["customer_terminal_id_distinct_30d"]) == (4.0, 1.0)


def test_further_features_of_a_terminal_are_of_verdicts_that_are_known() -> None:
    before, last = features().iloc[1], features().iloc[-1]
    assert before["terminal_fraud_sum_30d"] == before["terminal_fraud_last_30d"] == 0.0
    assert (last["terminal_fraud_count_2d"], last["terminal_fraud_sum_2d"]) == (1.0, 1.0)
    assert (last["terminal_fraud_last_2d"], last["terminal_fraud_stddev_2d"]) == (1.0, 0.0)


def test_the_shipped_features_stay_what_they_are() -> None:
    frame = frame_of([(0, 1, 5, 100, True), (36, 1, 5, 200, False), (200, 2, 5, 400, False)])
    shipped = Truth(frame).features()
    wide = WideTruth(frame, FEW).features()
    pd.testing.assert_frame_equal(wide[shipped.columns], shipped)


@pytest.mark.parametrize("count", WIDTHS)
def test_a_training_set_has_the_columns_of_its_model(count: int) -> None:
    learned, _ = training_sets(frame_of([(0, 1, 5, 100, True), (36, 1, 5, 200, False)]), WIDTHS[count])
    definition = definition_of(f"features{count}")
    assert {*learned.columns} == {*definition.feature_names, *definition.other_columns}
    assert {learned[each.name].dtype.kind for each in definition.features if each.type == "DOUBLE"} == {"f"}


def test_a_case_of_more_features_runs_in_a_suite_of_its_own(tmp_path: Path) -> None:
    suites = {3: tmp_path / "shipped", **{count: tmp_path / f"{count}" for count in WIDTHS}}
    bench = Bench(Contenders(Programs(tmp_path, "broker", tmp_path), suites), tmp_path, QUICK)
    for case in cases(["features"]):
        assert bench.contenders_of(case).suite(case) == tmp_path / case.variant
    keys = Case("keys", "realtime", "throughput", "hashmap", 2, variant="1000")
    assert bench.contenders_of(keys).suite(keys) == tmp_path / "shipped"


def test_every_entity_begins_with_the_shipped_aggregates() -> None:
    assert AGGREGATES["customer"][:2] == ("count", "avg(amount)")
    assert AGGREGATES["terminal"][:2] == ("count(fraud)", "avg(fraud)")

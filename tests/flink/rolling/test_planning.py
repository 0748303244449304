"""Names, types and errors are known when a query is planned."""

# ruff: noqa: S608 -- queries of our own words

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.flink.rolling.conftest import Table

ON_ARRIVAL = "rolling(input => TABLE `rows` PARTITION BY k, on_time => DESCRIPTOR(event_time), {})"
IN_ORDER = "rolling_in_order(input => TABLE `rows` PARTITION BY k, on_time => DESCRIPTOR(event_time), {})"
REFUSED = {
    "aggregates => 'mean(n)', windows => '1d'": "aggregates: 'mean' is not known. Allowed are count, sum, avg,",
    "aggregates => 'sum', windows => '1d'": "aggregates: sum needs a column: sum(amount).",
    "aggregates => 'sum(m)', windows => '1d'": "aggregates: the input has no column 'm'. It has id, k, t, cents,",
    "aggregates => 'sum(s)', windows => '1d'": "sum(s) needs a number, the column is STRING. Of such columns",
    "aggregates => 'last(s)', windows => '1d'": "last(s) needs a number",
    "aggregates => 'count(n', windows => '1d'": "aggregates: 'count(n' is not of the form count or avg(amount).",
    "aggregates => '', windows => '1d'": "aggregates: the list is empty.",
    "windows => '1d'": "aggregates: a literal is needed, such as 'count, avg(amount)'.",
    "aggregates => UPPER('count'), windows => '1d'": "aggregates: a literal is needed",
    "aggregates => 'count'": "windows: a literal is needed, such as '1d, 7d, 30d'.",
    "aggregates => 'count', windows => '1m'": "windows: '1m' is not a length of time. Write a whole number and",
    "aggregates => 'count', windows => '1.5h'": "windows: '1.5h' is not a length of time.",
    "aggregates => 'count', windows => '0d'": "windows: '0d' holds nothing.",
    "aggregates => 'count', windows => '1d, 1 d'": "there would be two columns 'count_1d'. Give a prefix",
    "aggregates => 'count', windows => '1d', delay => 'soon'": "delay: 'soon' is not a length of time.",
    "aggregates => 'count', windows => '1d', ties => 'id'": "ties: rows are answered as they arrive; only",
}

VIEWS = [
    ("taken", "k, event_time, 1 AS count_1d", "there would be two columns 'count_1d'. Give a prefix"),
    ("untimed", "k, n", "input: exactly one column with a watermark is needed, found none in k, n."),
    (
        "twice",
        "k, event_time, event_time AS again",
        "needed, found event_time and again in k, event_time, again.",
    ),
]


def schema(table: Table, function: str, arguments: str) -> dict[str, str]:
    planned = table.environment.sql_query(f"SELECT * FROM {function.format(arguments)}")
    return dict(re.findall(r"\|-- (\w+): (.+)", str(planned.get_schema())))


def refusal(table: Table, query: str) -> str:
    """The innermost cause of what Flink says."""
    with pytest.raises(Exception, match="ValidationException") as caught:
        table.environment.sql_query(query)
    return str(re.findall(r"Exception: (.+)", str(caught.value))[-1])


@pytest.fixture
def table(make_table: Callable[..., Table]) -> Table:
    return make_table()


@pytest.mark.parametrize("function", [ON_ARRIVAL, IN_ORDER])
def test_derived_columns_follow_the_key_and_the_input_a_window_after_the_other(
    table: Table, function: str
) -> None:
    columns = schema(table, function, "aggregates => 'count, avg(cents)', windows => '7d, 36h'")
    derived = ["count_7d", "cents_avg_7d", "count_36h", "cents_avg_36h"]
    assert list(columns) == ["k", "id", "t", "cents", "x", "n", "s", "b", *derived, "rowtime"]


def test_a_prefix_goes_before_every_derived_name(table: Table) -> None:
    arguments = "aggregates => 'count, count(n), since_last', windows => '1d', prefix => 'key_'"
    derived = list(schema(table, ON_ARRIVAL, arguments))[-4:-1]
    assert derived == ["key_count_1d", "key_n_count_1d", "key_since_last_1d"]


def test_types_follow_aggregate_and_column(table: Table) -> None:
    wanted = {
        "count(n)": "BIGINT NOT NULL",
        "distinct(s)": "BIGINT NOT NULL",
        "since_last(n)": "BIGINT",
        "avg(cents)": "DOUBLE",
        "stddev(n)": "DOUBLE",
        "sum(cents)": "DECIMAL(38, 2)",
        "sum(n)": "BIGINT",
        "sum(x)": "DOUBLE",
        "min(cents)": "DECIMAL(18, 2)",
        "max(x)": "DOUBLE",
        "last(b)": "BOOLEAN",
    }
    columns = schema(table, ON_ARRIVAL, f"aggregates => '{', '.join(wanted)}', windows => '1h'")
    assert list(columns.values())[-len(wanted) - 1 : -1] == list(wanted.values())


@pytest.mark.parametrize("function", [ON_ARRIVAL, IN_ORDER])
def test_the_event_time_comes_last_as_rowtime(table: Table, function: str) -> None:
    call = function.format("aggregates => 'count', windows => '1d'")
    assert schema(table, call, "")["rowtime"] == "TIMESTAMP_LTZ(3) NOT NULL *ROWTIME*"
    table.environment.sql_query(f"SELECT id, COUNT(*) OVER (PARTITION BY k ORDER BY rowtime) FROM {call}")


def test_all_windows_of_a_key_are_one_operator_behind_one_shuffle(table: Table) -> None:
    arguments = "aggregates => 'count, avg(cents), max(x)', windows => '1h, 1d, 7d, 30d'"
    plan = table.environment.explain_sql(f"SELECT id FROM {ON_ARRIVAL.format(arguments)}")
    physical = plan.split("== Optimized Execution Plan ==")[1]
    assert physical.count("ProcessTableFunction(") == 1
    assert physical.count("Exchange(") == 1


@pytest.mark.parametrize(("arguments", "message"), REFUSED.items())
def test_what_is_wrong_is_said_with_what_is_allowed(table: Table, arguments: str, message: str) -> None:
    assert message in refusal(table, f"SELECT * FROM {ON_ARRIVAL.format(arguments)}")


@pytest.mark.parametrize(("view", "columns", "message"), VIEWS)
def test_inputs_that_can_not_be_rolled_over_are_refused(
    table: Table, view: str, columns: str, message: str
) -> None:
    table.environment.execute_sql(f"CREATE TEMPORARY VIEW {view} AS SELECT {columns} FROM `rows`")
    call = ON_ARRIVAL.replace("`rows`", view).format("aggregates => 'count', windows => '1d'")
    assert message in refusal(table, f"SELECT * FROM {call}")


def test_rows_that_tie_can_only_go_by_a_column_there_is(table: Table) -> None:
    arguments = "aggregates => 'count', windows => '1d', ties => 'id, m'"
    assert "ties: the input has no column 'm'." in refusal(
        table, f"SELECT * FROM {IN_ORDER.format(arguments)}"
    )


def test_there_is_a_key_always(table: Table) -> None:
    call = ON_ARRIVAL.replace(" PARTITION BY k", "").format("aggregates => 'count', windows => '1d'")
    assert "requires a PARTITION BY clause" in refusal(table, f"SELECT * FROM {call}")

"""What a session makes of what Flink says; Flink itself is pretended here and asked in tests/flink."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.resolve import CONTRACTS, Step
from headrace.runtime.session import Session
from headrace.runtime.statement import Statement

VIEW = Statement("long_visits", Path("sql/long_visits.sql"), "CREATE VIEW long_visits AS SELECT 1;\n")
WRONG_COLUMN = """An error occurred while calling o8.executeSql.
: org.apache.flink.table.api.ValidationException: SQL validation failed. From line 3, column 8 to line 3, column 10: Column 'idd' not found
\tat org.apache.flink.table.planner.calcite.FlinkPlannerImpl.validate(FlinkPlannerImpl.scala:182)
Caused by: org.apache.calcite.runtime.CalciteContextException: From line 3, column 8 to line 3, column 10: Column 'idd' not found
\tat java.base/jdk.internal.reflect.NativeConstructorAccessorImpl.newInstance0(Native Method)
Caused by: org.apache.calcite.sql.validate.SqlValidatorException: Column 'idd' not found
\t... 5 more
"""  # noqa: E501 -- as Flink writes it
NO_SQL = """An error occurred while calling o8.executeSql.
: org.apache.flink.table.api.SqlParserException: SQL parse failed. Encountered "SELEC" at line 2, column 1.
Was expecting one of:
    "AS" ...
\tat org.apache.flink.table.planner.parse.CalciteParser.parseSqlList(CalciteParser.java:82)
Caused by: org.apache.calcite.sql.parser.SqlParseException: Encountered "SELEC" at line 2, column 1.
\t... 5 more
"""
AT_LINE = (
    ": a.b.ValidationException: SQL validation failed. At line 5, column 1: No match found for function\n"
)
NO_PLACE = "org.apache.flink.table.api.TableException: Found more than one rowtime field: [a, b]\n\tat a.b\n"


class PretendedEnvironment:
    """Records statements with the database they ran in; raises what it was told to."""

    def __init__(
        self, says: BaseException | None = None, tables: dict[str, dict[str, str]] | None = None
    ) -> None:
        self.says = says
        self.tables = tables or {}
        self.database = ""
        self.executed: list[tuple[str, str]] = []

    def use_database(self, name: str) -> None:
        self.database = name

    def execute_sql(self, text: str) -> str:
        self.executed.append((self.database, text))
        if self.says:
            raise self.says
        return "result"

    def explain_sql(self, text: str, *_details: Any) -> str:
        return f"plan of {self.execute_sql(text) and text}"

    def from_path(self, name: str) -> Any:
        columns = [f"`{column}` {kind}" for column, kind in self.tables[name].items()]
        return SimpleNamespace(get_resolved_schema=lambda: SimpleNamespace(get_columns=lambda: columns))


def session_of(environment: PretendedEnvironment) -> Session:
    made = Session.__new__(Session)
    made.environment = environment
    return made


def test_each_step_runs_in_its_database_without_its_semicolon() -> None:
    environment = PretendedEnvironment()
    session_of(environment).create([Step(VIEW, CONTRACTS), Step(VIEW)])
    text = "CREATE VIEW long_visits AS SELECT 1"
    assert environment.executed == [("contracts", text), ("default_database", text)]
    assert environment.database == "default_database"


def test_submitting_gives_what_flink_gives_and_explaining_its_plan() -> None:
    session = session_of(PretendedEnvironment())
    assert session.submit(VIEW) == "result"
    assert session.explain(VIEW) == "plan of CREATE VIEW long_visits AS SELECT 1"


@pytest.mark.parametrize(
    ("said", "line", "readable"),
    [
        (WRONG_COLUMN, 3, "Column 'idd' not found"),
        (NO_SQL, 2, 'Encountered "SELEC" at line 2, column 1.'),
        (AT_LINE, 5, "SQL validation failed. At line 5, column 1: No match found for function"),
        (NO_PLACE, 1, "Found more than one rowtime field: [a, b]"),
        ("words\nand more", 1, "words"),
        ("", 1, "RuntimeError"),
    ],
    ids=["column", "parse", "at", "no place", "no class", "nothing"],
)
@pytest.mark.parametrize("does", ["create", "submit", "explain"])
def test_what_flink_says_is_said_with_file_and_line(does: str, said: str, line: int, readable: str) -> None:
    session = session_of(PretendedEnvironment(RuntimeError(said)))
    argument = [Step(VIEW)] if does == "create" else VIEW
    with pytest.raises(HeadraceError) as raised:
        getattr(session, does)(argument)
    assert raised.value.args[0] == f"sql/long_visits.sql:{line}: {readable}"
    assert str(raised.value.__cause__) == said


@pytest.mark.parametrize("says", [KeyboardInterrupt(), HeadraceError("ours")])
def test_interrupts_and_our_own_errors_go_through(says: BaseException) -> None:
    with pytest.raises(type(says)) as raised:
        session_of(PretendedEnvironment(says)).submit(VIEW)
    assert raised.value is says


STAND_IN = Step(Statement("visits", Path("sql/some_visits.sql"), "CREATE VIEW visits"), conforms_to="visits")


def test_a_stand_in_may_have_more_columns_and_stricter_ones_than_its_contract() -> None:
    tables = {
        "contracts.visits": {
            "id": "BIGINT COMMENT 'the visit'",
            "at": "TIMESTAMP_LTZ(3) *ROWTIME* METADATA FROM 'timestamp'",
            "hour": "INT AS EXTRACT(HOUR FROM `at`)",
            "shop": "STRING",
            "way": "ROW<`x` INT NOT NULL>",
        },
        "visits": {
            "id": "BIGINT NOT NULL",
            "at": "TIMESTAMP_LTZ(3)",
            "hour": "INT NOT NULL",
            "shop": "CHAR(5) NOT NULL",
            "way": "ROW<`x` INT NOT NULL> NOT NULL",
            "more": "INT",
        },
    }
    session_of(PretendedEnvironment(tables=tables)).create([STAND_IN])


def test_a_stand_in_without_the_columns_of_its_contract_is_refused_with_both_sides() -> None:
    tables = {
        "contracts.visits": {"id": "BIGINT", "at": "TIMESTAMP_LTZ(3)", "shop": "STRING"},
        "visits": {"id": "INT", "shop": "STRING"},
    }
    expected = (
        "sql/some_visits.sql: does not carry what contract visits promises: "
        "id BIGINT (has INT), at TIMESTAMP_LTZ(3) (has none)"
    )
    with pytest.raises(HeadraceError) as raised:
        session_of(PretendedEnvironment(tables=tables)).create([STAND_IN])
    assert raised.value.args[0] == expected

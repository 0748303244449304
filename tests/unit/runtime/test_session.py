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
from tests.unit.runtime.transformations import Plan, described

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


def session_of(pretended: Any) -> Session:
    made = Session.__new__(Session)
    made.environment = getattr(pretended, "environment", pretended)
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


class PretendedPlanner:
    """Plans a source, a view's operator and a sink, and notes what is executed under which names and options."""

    def __init__(self, options: dict[str, str]) -> None:
        self.plan = Plan()
        source = self.plan.add("visits[1]", description=described("visits"))
        self.sink = self.plan.add("stays[3]", self.plan.add("Calc[2]", source))
        self.options, self.executed = options, ""
        config = SimpleNamespace(get=options.get, set=options.__setitem__)
        self.environment = SimpleNamespace(_j_tenv=self, get_config=lambda: config)

    def getParser(self) -> Any:  # noqa: N802 -- as in Java
        statement = SimpleNamespace(getOperations=lambda: "operations")
        return SimpleNamespace(parse=lambda text: SimpleNamespace(get=lambda _: statement if text else None))

    def getPlanner(self) -> Any:  # noqa: N802 -- as in Java
        compiled = SimpleNamespace(getSinkIdentifiers=lambda: ["`default_catalog`.`sinks`.`stays`"])
        return SimpleNamespace(compilePlan=lambda _: compiled, translatePlan=lambda _: [self.sink])

    def executePlan(self, _plan: Any) -> Any:  # noqa: N802 -- as in Java
        self.executed = " → ".join(self.plan.names.values())

    def __getattr__(self, name: str) -> Any:
        assert name == "from"
        schema = SimpleNamespace(getColumnNames=lambda: ["id"])
        return lambda _: SimpleNamespace(getResolvedSchema=lambda: schema)


STAY = Statement(
    "stay", Path("sql/stay.sql"), "-- A stay.\nEXECUTE STATEMENT SET BEGIN INSERT INTO sinks.stays; END;"
)
STEPS = [
    Step(Statement(name, Path(f"{name}.sql"), text))
    for name, text in {
        "visits": "CREATE TABLE visits LIKE contracts.visits",
        "length": "CREATE TEMPORARY SYSTEM FUNCTION length AS 'shop.Length' LANGUAGE JAVA",
        "long_visits": "CREATE TEMPORARY VIEW long_visits AS SELECT id FROM visits",
    }.items()
]


def test_the_operators_of_a_statement_set_run_under_names_of_tables_and_views() -> None:
    planner = PretendedPlanner({})
    session_of(planner).submit(STAY, STEPS)
    assert planner.executed == "visits → long_visits → stays"
    assert session_of(PretendedPlanner({})).naming(STAY, STEPS).names == {
        1: "visits",
        2: "long_visits",
        3: "stays",
    }


@pytest.mark.parametrize(
    ("asked", "used"), [(None, "DISABLED"), ("PLAN_ONLY", "DISABLED"), ("ALWAYS", "ALWAYS")]
)
def test_what_state_belongs_to_is_named_as_if_the_statement_were_executed_itself(
    asked: str | None, used: str
) -> None:
    planner = PretendedPlanner({"table.exec.uid.generation": asked} if asked else {})
    session_of(planner).submit(STAY, STEPS)
    assert planner.options == {"table.exec.uid.generation": used}


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


def test_a_port_that_another_was_quicker_to_bind_is_a_sentence() -> None:
    said = "java.net.BindException: Could not start rest endpoint on any port in port range 8085\n\tat a.b"
    with pytest.raises(HeadraceError, match=r"^port 8085 is taken on this machine\n"):
        session_of(PretendedEnvironment(RuntimeError(said))).submit(VIEW)


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

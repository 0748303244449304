"""The only place that touches a TableEnvironment."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from headrace.errors import HeadraceError
from headrace.runtime import worker_pool
from headrace.runtime.graph import Graph
from headrace.runtime.naming import Naming, Relation
from headrace.runtime.network import taken_port
from headrace.runtime.resolve import CONTRACTS, DEFAULT, SINKS
from headrace.runtime.secrecy import without_login

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from headrace.runtime.resolve import Step
    from headrace.runtime.statement import Statement

_POSITION = re.compile(r"(?:From|At) line (\d+), column (\d+)|at line (\d+), column (\d+)")
_CAUSE = re.compile(r"^(?:Caused by: |: )?(?:[\w$]+\.)+[\w$]*(?:Exception|Error): (.+)$", re.MULTILINE)
_COLUMN = re.compile(
    r"`(?P<name>\w+)` (?P<type>.+?)(?: NOT NULL)?(?: \*\w+\*)?(?: (?:METADATA|AS|COMMENT)\b.*)?$", re.DOTALL
)
_RELATION = re.compile(r"CREATE\s+(?:TEMPORARY\s+)?(?:VIEW|TABLE)\b", re.IGNORECASE)
_TEXT = re.compile(r"^(?:VAR)?CHAR\(\d+\)$")
UIDS = "table.exec.uid.generation"
ONLY_PLANS, NONE = "PLAN_ONLY", "DISABLED"


class Session:
    """A streaming TableEnvironment with the databases ``contracts`` and ``sinks``.

    Args:
        configuration: Flink options; the environment's defaults hold for the rest.
    """

    def __init__(self, configuration: Mapping[str, str]) -> None:
        worker_pool.keep_private()  # before anything of PyFlink is imported, which starts the JVM
        from pyflink.common import Configuration
        from pyflink.table import EnvironmentSettings, TableEnvironment

        _beside_others()
        options = Configuration()
        for key, value in configuration.items():
            options.set_string(key, value)
        settings = EnvironmentSettings.new_instance().in_streaming_mode().with_configuration(options)
        self.environment = TableEnvironment.create(settings.build())
        for database in (CONTRACTS, SINKS):
            self.environment.execute_sql(f"CREATE DATABASE {database}")

    def create(self, steps: Iterable[Step]) -> None:
        """Execute steps in order.

        Raises:
            HeadraceError: what Flink says about a statement, with its file and line.
        """
        for step in steps:
            self.environment.use_database(step.database)
            self._execute(step.statement)
            self.environment.use_database(DEFAULT)
            if step.conforms_to:
                self._require_columns(step)

    def explain(self, pipeline: Statement) -> str:
        """The optimized plan of a pipeline, with the changelog mode of each operator.

        Raises:
            HeadraceError: what Flink says about the pipeline, with its file and line.
        """
        from pyflink.table import ExplainDetail

        with _flink_errors(pipeline):
            return str(self.environment.explain_sql(pipeline.executable, ExplainDetail.CHANGELOG_MODE))

    def naming(self, pipeline: Statement, steps: Iterable[Step]) -> Naming:
        """What the operators of a pipeline are called; plans it and runs nothing.

        Args:
            pipeline: a statement set.
            steps: what was created for it: operators are called after tables and views.

        Raises:
            HeadraceError: what Flink says about the pipeline, with its file and line.
        """
        with _flink_errors(pipeline):
            return self._named(self._planned(pipeline), steps)

    def submit(self, pipeline: Statement, steps: Iterable[Step] = ()) -> Any:
        """Submit a pipeline, a statement set with its operators named; returns PyFlink's TableResult without waiting.

        Args:
            pipeline: a statement set, or any other statement.
            steps: as of :meth:`naming`.

        Raises:
            HeadraceError: what Flink says about the pipeline, with its file and line.
        """
        from pyflink.table import TableResult

        if not pipeline.is_statement_set:
            return self._execute(pipeline)
        with _flink_errors(pipeline):
            plan = self._planned(pipeline)
            self._named(plan, steps)
            return TableResult(self._java.executePlan(plan))

    @property
    def _java(self) -> Any:
        return self.environment._j_tenv  # noqa: SLF001 -- PyFlink's own way to what it has no method for

    def _planned(self, pipeline: Statement) -> Any:
        """The plan that Flink makes of a statement set before it executes it."""
        config = self.environment.get_config()
        if config.get(UIDS, ONLY_PLANS) == ONLY_PLANS:
            config.set(UIDS, NONE)  # state is named by the graph, as by executing the statement itself
        statement = self._java.getParser().parse(pipeline.executable).get(0)
        return self._java.getPlanner().compilePlan(statement.getOperations())

    def _named(self, plan: Any, steps: Iterable[Step]) -> Naming:
        """Name the operators of a plan, which keeps them until it is executed."""
        sinks = [name.replace("`", "").split(".")[-1] for name in plan.getSinkIdentifiers()]
        graph = Graph(list(self._java.getPlanner().translatePlan(plan)), sinks)
        naming = Naming(graph.operators, dict(map(self._relation, filter(_is_read, steps))))
        graph.rename(naming.names)
        return naming

    def _relation(self, step: Step) -> tuple[str, Relation]:
        """A table or view; one that stands in for a contract is passed over in favour of the view itself."""
        name = step.statement.name
        table = getattr(self._java, "from")(name)
        columns = () if step.conforms_to else tuple(table.getResolvedSchema().getColumnNames())
        return name, Relation(columns, step.statement.mentions)

    def _execute(self, statement: Statement) -> Any:
        with _flink_errors(statement):
            return self.environment.execute_sql(statement.executable)

    def _require_columns(self, step: Step) -> None:
        wanted = _columns(self.environment.from_path(f"{CONTRACTS}.{step.conforms_to}"))
        given = _columns(self.environment.from_path(step.statement.name))
        missing = {name: kind for name, kind in wanted.items() if given.get(name) != kind}
        if missing:
            raise HeadraceError(
                f"{step.statement.path}: does not carry what contract {step.conforms_to} promises: "
                + ", ".join(
                    f"{name} {kind} (has {given.get(name, 'none')})" for name, kind in missing.items()
                )
            )


def _columns(table: Any) -> dict[str, str]:
    """Names and types; PyFlink 2.3.0 writes every type as DATA, but the type of a column as part of the column."""
    found = (_COLUMN.match(str(column)) for column in table.get_resolved_schema().get_columns())
    return {match.group("name"): _TEXT.sub("STRING", match.group("type")) for match in found if match}


def _is_read(step: Step) -> bool:
    return step.database == DEFAULT and bool(_RELATION.match(step.statement.code.lstrip()))


class _flink_errors:  # noqa: N801 -- a context manager, used like a function
    """Turns what Flink raises about a statement into an error that names its file and line."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is not None and not isinstance(error, (HeadraceError, KeyboardInterrupt)):
            raise _readable(self._statement, error) from error


def _readable(statement: Statement, error: BaseException) -> HeadraceError:
    text = str(error)
    found = _POSITION.search(text)
    line = next(int(group) for group in found.groups() if group) if found else 1
    causes = _CAUSE.findall(text)
    said = causes[-1] if causes else text.strip().split("\n", 1)[0] or type(error).__name__
    return taken_port(text) or HeadraceError(f"{statement.path}:{line}: {without_login(said)}")


def _beside_others() -> None:
    """Begin where the first session of this process began.

    PyFlink puts a class loader on top of that of the session before: after a hundred of them Java searches a hundred
    for each class, and a plan that takes two seconds takes six.
    """
    _thread().setContextClassLoader(_outermost())


@cache
def _outermost() -> Any:
    return _thread().getContextClassLoader()


def _thread() -> Any:
    from pyflink.java_gateway import get_gateway

    return get_gateway().jvm.Thread.currentThread()

"""The statements that a session of Flink's SQL client begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.runtime.configuration import JOB_PARAMETERS, add_jar, as_option
from headrace.runtime.resolve import CONTRACTS, DEFAULT, SINKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from headrace.runtime.resolve import Resolver, Step

JOB = "sql"
"""What stands for ``${HEADRACE_JOB}``: a reader of its own, who takes no job's place."""
SETTINGS = {
    "sql-client.execution.result-mode": "tableau",
    "table.local-time-zone": "UTC",
}


def init_statements(
    resolver: Resolver, options: Mapping[str, str], jars: Iterable[Path], parameters: Mapping[str, str]
) -> list[str]:
    """All statements of a use case in the order in which they must come.

    Contracts, the tables that the environment binds to them, to be read and (in ``sinks``) to be written, views and
    functions are registered. Nothing is read or written. A contract without a table is an error, as in a job.

    Args:
        resolver: of the use case in an environment.
        options: Flink options, such as those of a profile; result mode and time zone are set here.
        jars: what the functions are in.
        parameters: what user-defined functions read with ``get_job_parameter``.

    Raises:
        HeadraceError: when the suite's SQL is wrong, or a ``${NAME}`` has no value.
    """
    for name in resolver.known_names:
        resolver.require(name)
    for name in resolver.use_case.contracts:
        resolver.require_sink(name)
    return [
        *(f"SET '{key}' = '{_quoted(value)}'" for key, value in _settings(options, parameters).items()),
        *(add_jar(jar) for jar in jars),
        *(f"CREATE DATABASE IF NOT EXISTS {name}" for name in (CONTRACTS, SINKS)),
        *_statements(resolver.steps),
    ]


def init_file(statements: Iterable[str]) -> str:
    """Statements as ``sql-client.sh -i`` reads them."""
    return "".join(f"{statement};\n\n" for statement in statements)


def _settings(options: Mapping[str, str], parameters: Mapping[str, str]) -> dict[str, str]:
    own = {JOB_PARAMETERS: as_option(parameters)} if parameters else {}
    return {**options, **SETTINGS, **own}


def _statements(steps: Iterable[Step]) -> Iterator[str]:
    database = ""
    for step in steps:
        if step.database != database:
            database = step.database
            yield f"USE {database}"
        yield step.statement.executable
    yield f"USE {DEFAULT}"


def _quoted(value: str) -> str:
    return value.replace("'", "''")

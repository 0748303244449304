"""A secret of this machine's environment is in no statement, no list of processes and no message of an embedded run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headrace.cli.options import given_options
from headrace.errors import HeadraceError
from headrace.runtime.failure import job_failure
from headrace.runtime.job import job_names, load_job
from headrace.runtime.run import Run, prepare
from headrace.runtime.secrecy import is_secret
from headrace.runtime.statement import Statement
from headrace.runtime.suite import Suite
from tests.local_tables import ROOT
from tests.unit.cli.conftest import headrace
from tests.unit.runtime.test_session import PretendedEnvironment, session_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.cli.conftest import Said

__all__ = ["headrace"]

TYPED = "hunter2"
SECRETS = (
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "KAFKA_SASL_JAAS_CONFIG",
    "PGPASSWORD",
    "POSTGRES_PASSWORD",
    "SCHEMA_REGISTRY_BASIC_AUTH",
)
ADDRESS = f"jdbc:postgresql://jobs:{TYPED}@db:5432/shop?user=jobs&password={TYPED}"
TRACE = f"""org.apache.flink.runtime.JobException: Recovery is suppressed
Caused by: java.sql.SQLException: Connection to {ADDRESS} refused.
\t... 3 more
"""


@pytest.mark.parametrize("environment", Suite(ROOT).environments)
def test_no_secret_of_the_environment_stands_in_a_statement(
    environment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, TYPED)
    bound = Suite(root).bindings(environment, "fraud").values()
    values = {name: "x" for each in bound for name in each.placeholders}
    for job in (load_job(root, name) for name in job_names(root)):
        run = Run(root, job, tmp_path, environment, values=values)
        try:
            pipeline, steps = prepare(run)
        except HeadraceError as error:
            assert "is not bound in environment" in str(error)  # noqa: PT017 -- Postgres has results only
        else:
            assert TYPED not in pipeline.text + "".join(step.statement.text for step in steps)


def test_no_value_of_a_connector_is_a_secret() -> None:
    files = [Statement.read(path) for path in (ROOT / "connectors").glob("*/*/*.sql")]
    assert {name for each in files for name in each.placeholders if is_secret(name)} == set()


@pytest.mark.parametrize("option", ["s3.secret-key", "s3.access-key", "fs.s3a.session.token"])
def test_a_run_takes_no_secret_by_its_arguments_which_others_can_list(
    headrace: Callable[..., Said], option: str
) -> None:
    said = headrace("run", "ingest", "-D", f"{option}={TYPED}")
    assert said.code == 1
    assert option in said.err
    assert TYPED not in said.out + said.err
    with pytest.raises(HeadraceError, match=option):
        given_options([f"{option}={TYPED}"])


def test_what_flink_quotes_of_an_address_has_no_login() -> None:
    session = session_of(
        PretendedEnvironment(RuntimeError(f": a.b.ValidationException: {ADDRESS} is no table"))
    )
    with pytest.raises(HeadraceError) as raised:
        session.submit(Statement("stay", Path("stay.sql"), "SELECT 1"))
    assert TYPED not in str(raised.value)
    assert "@db:5432/shop" in str(raised.value)


def test_a_job_that_fails_at_a_database_says_which_without_its_login() -> None:
    said = str(job_failure(TRACE, ()))
    assert TYPED not in said
    assert "@db:5432/shop" in said

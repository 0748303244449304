"""The plan of every job, as it was when somebody last looked at it.

A job resumes from the state of an older version only while its operators and their order are the same, so a change of
these files is more than a change of wording. ``UPDATE_SNAPSHOTS=1 pytest tests/plans`` writes them anew.
"""

from __future__ import annotations

import difflib
import os
import re
from collections import Counter
from pathlib import Path
from typing import Callable

import pytest

from headrace.connectors.environment import environment_jars
from headrace.runtime.job import job_names, load_job
from headrace.runtime.naming import AT_TABLES, Naming
from headrace.runtime.run import Run, open_session, prepare
from headrace.runtime.suite import Suite
from tests.local_tables import ROOT

Planned = Callable[[str], "tuple[str, Naming]"]
HERE = Path(__file__).parent
UPDATE = "UPDATE_SNAPSHOTS"
PROFILES = {"local": "throughput", "live": "low-latency", "kafka": "low-latency"}
PLANS = {f"{name}-{environment}": (name, environment) for name in job_names(ROOT) for environment in PROFILES}
PHYSICAL = "== Optimized Physical Plan =="
EXECUTION = "== Optimized Execution Plan =="
OPERATOR = re.compile(r"^[\s:]*(?:[+:]- )?(\w+)\(", re.MULTILINE)
SHUFFLE = re.compile(r"Exchange\(distribution=\[(.+?\]?)\]")
TABLE = re.compile(r"(TableSourceScan|Sink)\(table=\[\[?[\w.]*?(?:default_catalog, \w+, |\.)(\w+)[,\]]")
NOT_INSERT = re.compile(r"(\w+)\(.*changelogMode=\[(?!I\]|NONE\])(.+?)\]")


@pytest.fixture(scope="module")
def planned(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """The plan of a job in an environment, and its operators' names; made once for all tests."""
    data, made = tmp_path_factory.mktemp("data"), {}

    def _planned(plan: str) -> tuple[str, Naming]:
        if plan not in made:
            made[plan] = _plan(*PLANS[plan], root, data)
        return made[plan]

    return _planned


def _plan(name: str, environment: str, root: Path, data: Path) -> tuple[str, Naming]:
    jars = environment_jars(Suite(root), environment)
    run = Run(root, load_job(root, name), data, environment, PROFILES[environment], jars=jars)
    pipeline, steps = prepare(run)
    session = open_session(run, {})
    session.create(steps)
    text = session.explain(pipeline).replace(str(data), "<data>").replace(str(root), "<root>")
    return text, session.naming(pipeline, steps)


@pytest.mark.flink
@pytest.mark.parametrize("plan", PLANS)
def test_the_plan_of_a_job_is_the_one_that_was_looked_at(plan: str, planned: Planned) -> None:
    name, environment = PLANS[plan]
    found = described(f"{name} in {environment}", planned(plan)[0])
    assert "<data>" not in found
    assert "<root>" not in found
    snapshot = HERE / f"{plan}.txt"
    if os.environ.get(UPDATE):
        snapshot.write_text(found, encoding="utf-8")
    expected = snapshot.read_text(encoding="utf-8") if snapshot.is_file() else ""
    assert found == expected, explained(name, expected, found)


@pytest.mark.flink
@pytest.mark.parametrize("plan", PLANS)
def test_every_operator_of_a_job_has_a_short_name_from_its_sql(plan: str, planned: Planned) -> None:
    naming = planned(plan)[1]
    naming.require_short(plan)
    chosen = {path.stem for path in (ROOT / "sql").glob("*/*/*.sql")} | {*AT_TABLES.values()}
    assert {name for name in naming.names.values() if re.split(": | \\d+$", name)[0] not in chosen} == set()


def test_every_plan_belongs_to_a_job() -> None:
    assert sorted(path.stem for path in HERE.glob("*.txt")) == sorted(PLANS)


@pytest.mark.parametrize("plan", [each for each in PLANS if each.startswith(("ingest", "realtime"))])
def test_a_message_is_read_once_and_scored_once(plan: str) -> None:
    """A guard without a clock: what Flink repeats for each place that uses it costs each event."""
    operators = (HERE / f"{plan}.txt").read_text(encoding="utf-8").split("\n\n", 1)[1]
    assert operators.count("invocation=[json_fields(") == 1
    assert operators.count("json_time(") == 1 + (
        "LEAST(json_time(" in operators
    )  # a source of Kafka's computes its own
    assert operators.count("PythonCalc(") == (1 if plan.startswith("realtime") else 0)
    read = operators.split("OverAggregate(", 1)[0]
    assert "JSON_" not in read


def described(name: str, plan: str) -> str:
    """What a reader looks for first, then the operators that will run."""
    physical, execution = plan[plan.index(PHYSICAL) :].split(EXECUTION)
    operators = Counter(OPERATOR.findall(execution))
    tables = TABLE.findall(execution)
    changes = sorted({f"{operator} [{mode}]" for operator, mode in NOT_INSERT.findall(physical)})
    summary = {
        "job": name,
        "reads": listed(Counter(table for kind, table in tables if kind != "Sink")),
        "writes": listed(Counter(table for kind, table in tables if kind == "Sink")),
        "shuffles": f"{operators['Exchange']}: {listed(Counter(SHUFFLE.findall(execution)))}",
        "python": listed(Counter({each: n for each, n in operators.items() if each.startswith("Python")})),
        "operators": listed(Counter({each: n for each, n in operators.items() if each != "Reused"})),
        "changelog": ", ".join(changes) or "insert-only",
    }
    head = "".join(f"{title:<11}{text}\n" for title, text in summary.items())
    return f"{head}\n{execution.strip()}\n"


def listed(counts: Counter[str]) -> str:
    """``a, b × 2``, sorted."""
    return ", ".join(f"{each} × {n}" if n > 1 else each for each, n in sorted(counts.items())) or "none"


def explained(name: str, expected: str, found: str) -> str:
    """Why a difference matters, and the difference."""
    changes = difflib.unified_diff(
        expected.splitlines(), found.splitlines(), "looked at", "now", "", "", 1, ""
    )
    text = f"""The plan of {name} changed, and with it what its state belongs to: a running {name} can be resumed by
this version only if its operators with state kept their kind and order.
If that is meant, write it into CHANGELOG.md and run: {UPDATE}=1 pytest tests/plans
"""
    return text + "\n".join(changes)

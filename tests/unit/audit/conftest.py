"""A data folder in which one version has scored the payments of a few days, and questions about them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from headrace.audit.audit import audit
from headrace.audit.trail import Question
from headrace.models.artifact import load_artifact
from headrace.models.scorer import Scorer
from headrace.runtime.suite import Suite
from headrace.tables.contract import read_tables
from tests.artifact import make_artifact
from tests.deployment_log import make_log
from tests.local_tables import ROOT, read_lines
from tests.unit.dead_letters.conftest import put
from tests.unit.whatif.conftest import payments, verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.audit.result import Audit, Report
    from headrace.tables.contract import Table

    Ask = Callable[..., Report]

CHAMPION, CANARY = "fraud-a", "fraud-b"
PAYMENTS = payments()[:40]
ALERT, PASS = 6, 3
"""Payments: an alert, whose customer a canary of 40 % takes, and one that is none, whose customer it does not take."""


@pytest.fixture(scope="session")
def tables() -> dict[str, Table]:
    return read_tables(Suite(ROOT).use_case("fraud"))


@pytest.fixture(scope="session")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two versions that score alike, of which the canary alerts sooner."""
    folder = tmp_path_factory.mktemp("versions")
    make_artifact(folder / CHAMPION, CHAMPION)
    make_artifact(folder / CANARY, CANARY, 0.01)
    return folder


def served(payment: dict[str, Any], artifact: Path, reasons: int = 3) -> dict[str, Any]:
    """The prediction of a payment, as the job writes it."""
    loaded = load_artifact(artifact)
    said = Scorer(loaded, reasons).score_one(
        {each.name: payment[each.name] for each in loaded.manifest.features}
    )
    names = ("transaction_id", "customer_id", "terminal_id", "event_time", "amount")
    scored = {name: getattr(said, name) for name in ("score", "decision", "model_version", "reasons")}
    return {**{name: payment[name] for name in names}, **scored}


@pytest.fixture
def alone(tmp_path: Path, versions: Path) -> Path:
    """Features, labels and predictions by the champion; no deployment log."""
    data = tmp_path / "data"
    shutil.copytree(versions, data / "models")
    put(data, "transaction_features", PAYMENTS)
    put(data, "labels", map(verdict, PAYMENTS))
    put(data, "predictions", [served(each, data / "models" / CHAMPION) for each in PAYMENTS])
    return data


@pytest.fixture
def data(alone: Path) -> Path:
    """The same, with a log in which the champion always was one."""
    make_log(alone, [{"role": "champion", "version": CHAMPION}])
    return alone


@pytest.fixture
def ask(tables: dict[str, Table], data: Path) -> Ask:
    """``ask(3)`` follows payment 3 back."""

    def _ask(event: object, **changes: Any) -> Report:
        log, models = str(data / "deployments"), data / "models"
        return audit(replace(Question("fraud", ROOT, tables, data, str(event), log, models), **changes))

    return _ask


def only(report: Report) -> Audit:
    """The audit of the only prediction."""
    [found] = report.audits
    return found


def change(data: Path, table: str, event: int, **changes: Any) -> None:
    """Change columns of a payment's row in a table; without changes the row goes."""
    rows = read_lines(data / table)
    changed = [{**row, **changes} if row["transaction_id"] == event else row for row in rows]
    put(data, table, [row for row in changed if changes or row["transaction_id"] != event])


def add(data: Path, table: str, row: dict[str, Any]) -> None:
    """Add a row to a table, in a file of its own."""
    put(data, table, [row], f"part-{len(list((data / table).iterdir()))}")


def row_of(data: Path, table: str, event: int) -> dict[str, Any]:
    """A payment's row in a table."""
    [row] = [each for each in read_lines(data / table) if each["transaction_id"] == event]
    return row


def lines_of(rows: list[tuple[str, ...]]) -> dict[str, str]:
    """What stands beside each heading."""
    return {row[0]: row[1] for row in rows}


def as_script(document: Any) -> Any:
    """A document as a script reads it."""
    return json.loads(json.dumps(document, allow_nan=False))

"""Every view gives the expected rows for every case: ``<view>/<case>/<table>.jsonl`` in, ``expected.jsonl`` out.

Payloads of ``transactions_raw`` stand readable in the cases. Columns that ``expected.jsonl`` does not name are not
compared. Rows are compared as sets: order is not part of a view. Payments are scored by one model, or, in a case with a
``deployments.json``, by the log that it describes. A case may have Flink options in ``options.json``.
"""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headrace.runtime import folders
from headrace.runtime.statement import Statement
from tests.deployment_log import make_log
from tests.local_tables import read_lines, resolver

if TYPE_CHECKING:
    from collections.abc import Callable

    from headrace.runtime.session import Session

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/expected.jsonl"))


@pytest.mark.flink
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_view_gives_the_expected_rows(
    case: Path, root: Path, tmp_path: Path, artifact: Path, open_session: Callable[..., Session]
) -> None:
    lay_tables(case, tmp_path)
    steps = resolver(root, tmp_path, _views(case)).require(case.parent.name)
    folders.create_folders(steps)
    session = open_session(scored_by(case, artifact, tmp_path), **_options(case))
    session.create(steps)
    expected = [json.loads(line) for line in (case / "expected.jsonl").read_text().splitlines()]
    assert in_order(rows_of(session, case.parent.name, tmp_path), expected) == in_order(expected, expected)


def scored_by(case: Path, artifact: Path, data: Path) -> dict[str, str]:
    """The job parameter that says what scores."""
    described = case / "deployments.json"
    if not described.exists():
        return {"headrace.model": str(artifact)}
    make_log(data, json.loads(described.read_text()))
    return {"headrace.deployments": str(data / "deployments")}


def lay_tables(case: Path, data: Path) -> None:
    """Put the tables of a case where the local environment reads them."""
    for table in case.glob("*.jsonl"):
        if table.stem != "expected":
            (data / table.stem).mkdir()
            rows = [json.loads(line) for line in table.read_text(encoding="utf-8").splitlines()]
            (data / table.stem / "rows.jsonl").write_text("".join(map(_line, rows)), encoding="utf-8")


def rows_of(session: Session, view: str, data: Path) -> list[dict[str, Any]]:
    """All rows of a view, written as JSON and read back."""
    options = {
        "connector": "filesystem",
        "path": f"{data}/found",
        "format": "json",
        "json.timestamp-format.standard": "ISO-8601",
    }
    joined = ", ".join(f"'{key}' = '{value}'" for key, value in options.items())
    written = f"CREATE TABLE found WITH ({joined}) AS SELECT * FROM {view}"  # noqa: S608 -- a view of the suite
    session.submit(Statement("found", data, written)).wait()
    return read_lines(data / "found")


def in_order(rows: list[dict[str, Any]], expected: list[dict[str, Any]]) -> list[str]:
    """Rows as text, sorted, with the columns that are expected."""
    names = expected[0].keys() if expected else ()
    return sorted(json.dumps({name: row.get(name) for name in names}, sort_keys=True) for row in rows)


def _line(row: dict[str, Any]) -> str:
    if "payload" in row:
        row = {**row, "payload": b64encode(_bytes(row["payload"])).decode()}
    return json.dumps(row) + "\n"


def _bytes(payload: Any) -> bytes:
    return payload.encode("latin-1") if isinstance(payload, str) else json.dumps(payload).encode()


def _options(case: Path) -> dict[str, str]:
    """Flink's options; a view that takes rows back is written in batch mode, at its end."""
    path = case / "options.json"
    return json.loads(path.read_text()) if path.exists() else {}


def _views(case: Path) -> dict[str, str]:
    path = case / "views.json"
    return json.loads(path.read_text()) if path.exists() else {}

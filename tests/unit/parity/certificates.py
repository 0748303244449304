"""Certificates made up for tests."""

from __future__ import annotations

from typing import Any

from headrace.parity.certificate import Certificate, Computation, Input, Ties
from headrace.parity.comparison import ColumnDifference, Comparison
from headrace.parity.interruption import Interruption


def comparison(**changes: Any) -> Comparison:
    columns = [
        ColumnDifference(column="count_1d", rows=0, largest=0),
        ColumnDifference(column="name", rows=0),
    ]
    same = {"left": "raw", "right": "oracle", "rows": 3, "only_left": 0, "only_right": 0, "repeated": 0}
    return Comparison(**{**same, "columns": columns, **changes})


def certificate(*comparisons: Comparison) -> Certificate:
    return Certificate(
        use_case="case",
        made_at="2026-11-25T12:00:00+00:00",
        days=2,
        contract="features",
        key="id",
        inputs=[Input(table="events", rows=3, sha256="aa")],
        computations=[Computation(name="oracle", how="by hand", rows=3, seconds=1.0, result_sha256="bb")],
        interruption=Interruption(parallelism=(2, 1), rows_before=1, checkpoint="chk-7"),
        comparisons=[*comparisons],
        ties=[Ties(by="who", rows=2, keys=[4, 5])],
        declaration_sha256="cc",
        operators_sha256="dd",
        versions={"python": "3.11"},
    )

"""Features over history: files in, files out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.pipeline.contenders import MEASURED
from benchmarks.truth import Truth
from datasets.fraud.tables import write_labels, write_transactions

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from benchmarks.pipeline.contenders import Contenders
    from benchmarks.pipeline.schedule import Case

BOTH = ("customer", "terminal")
OUTPUT = "training_features"


def measure(contenders: Contenders, case: Case, payments: pd.DataFrame) -> dict[str, float]:
    """Compute the features of payments; returns rows, seconds, CPU seconds.

    Raises:
        HeadraceError: when a program fails.
    """
    folder = contenders.programs.new_folder()
    return {"rows": len(payments), **_computed(contenders, case, payments, folder)}


def check(contenders: Contenders, case: Case, payments: pd.DataFrame) -> int:
    """Compare a contender's features with the oracle's; returns the payments compared.

    Raises:
        HeadraceError: when one differs.
    """
    folder = contenders.programs.new_folder()
    _computed(contenders, case, payments, folder)
    return Truth(payments).check(case.name, folder / "tables" / OUTPUT, BOTH)


def _computed(contenders: Contenders, case: Case, payments: pd.DataFrame, folder: Path) -> dict[str, float]:
    tables = folder / "tables"
    write_transactions(payments, tables)
    write_labels(payments, tables)
    (tables / OUTPUT).mkdir()
    if not case.is_flink:
        module = "benchmarks.pipeline.peers.floor"
        return contenders.programs.measure([sys.executable, "-m", module, case.contender], folder)
    chosen = ("--root", str(contenders.suite(case)), "--profile", case.profile, "--backend", case.backend)
    command = [
        sys.executable,
        str(MEASURED),
        case.contender,
        *chosen,
        "--slots",
        str(case.slots),
        "--bounded",
    ]
    return contenders.programs.measure(command, folder)

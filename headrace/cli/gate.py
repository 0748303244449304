"""``--gate`` of ``headrace promote``: what a replay found lets a version through, or not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from headrace.cli import console
from headrace.runtime.suite import Suite, find_root

if TYPE_CHECKING:
    from datetime import datetime

    from headrace.deployments.author import Draft
    from headrace.deployments.log import Log

ALLOWED = 0.05
"""As `headrace.whatif.gate.MARGIN`, which is not imported before it is needed."""

Gated = Annotated[
    bool, typer.Option("--gate", help="Only if a replay of headrace whatif shows that it is not worse.")
]
GateFile = Annotated[
    Optional[Path],
    typer.Option(help="That replay; <data>/whatif/<version>/whatif.json. Given, it is read as with --gate."),
]
Margin = Annotated[
    float,
    typer.Option(min=0.0, help="With --gate: the share of the champion's net savings that may be lost."),
]


@dataclass(frozen=True)
class Asked:
    """Whether there is a gate, and where it looks.

    Attributes:
        gate: whether there is one.
        file: the replay.
        margin: what may be lost.
        data: the data folder.
        root: the suite.
    """

    gate: bool
    file: Path | None
    margin: float
    data: Path
    root: str | None

    def passed(self, draft: Draft, log: Log) -> Draft:
        """The draft, with what the gate found in its reason.

        Raises:
            GateRefusedError: the version is not let through.
            WhatIfError: there is no replay of it.
        """
        if not (self.gate or self.file):
            return draft
        from headrace.deployments.commands import standing
        from headrace.whatif.files import RESULT, folder_of, read_result
        from headrace.whatif.gate import Gate, Sealed

        found = read_result(self.file or folder_of(self.data, draft.version) / RESULT)
        champion = standing(log).champion or draft
        gate = Gate(
            candidate=Sealed(draft.version, draft.manifest_sha256),
            champion=Sealed(champion.version, champion.manifest_sha256),
            newest_label=self._newest_label(found.use_case),
            margin=self.margin,
        )
        said = gate.check(found)
        console.err.print(said, markup=False, soft_wrap=True)
        return replace(draft, reason=f"{draft.reason} ({said})")

    def _newest_label(self, use_case: str) -> datetime | None:
        """None where there are no tables, as on a machine that only deploys."""
        from headrace.tables.contract import read_tables
        from headrace.whatif.query import newest_label

        if not self.data.is_dir():
            return None
        return newest_label(read_tables(Suite(find_root(self.root)).use_case(use_case)), self.data)

"""The ways through the suite on which features are computed, each on a folder of its own."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headrace.cluster.ports import free_ports
from headrace.errors import HeadraceError
from headrace.runtime.job import Job
from headrace.runtime.run import Run, start
from headrace.tables.database import table_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from headrace.parity.declaration import Way
    from headrace.runtime.run import RunningJob


@dataclass(frozen=True)
class Trip:
    """One computation of the features.

    Attributes:
        name: for people and for the folder.
        root: the suite.
        use_case: a folder in sql/.
        way: which pipeline over which tables.
        inputs: the folder with all tables that are read.
        folder: the data folder of this computation.
        options: Flink options that win over the profile.
    """

    name: str
    root: Path
    use_case: str
    way: Way
    inputs: Path
    folder: Path
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def job(self) -> Job:
        """The pipeline, joined with the stages before it where the way says so."""
        return Job(use_case=self.use_case, pipeline=self.way.pipeline, views=self.way.views)

    @property
    def run(self) -> Run:
        """The computation as a run over local folders; its web UI is on any free port."""
        (port,) = free_ports(1)
        return Run(self.root, self.job, self.folder, options=self.options, ui_port=port)

    def lay(self) -> None:
        """Begin with a new folder that holds the tables that are read, as links.

        Raises:
            HeadraceError: when one of them has no rows to read.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        for table in self.way.reads:
            files = table_files(self.inputs / table) if (self.inputs / table).is_dir() else []
            if not files:
                raise HeadraceError(f"{self.inputs / table} holds no rows", "Make the tables first.")
            (self.folder / table).mkdir(parents=True)
            for path in files:
                os.link(path, self.folder / table / path.name)


def travel(trip: Trip, watch: Callable[[RunningJob], None]) -> None:
    """Compute the features in a mini-cluster of this process, without interruption.

    Args:
        trip: what to compute.
        watch: waits for the job to end.

    Raises:
        HeadraceError: as :func:`headrace.runtime.run.start`, and when the job fails.
    """
    trip.lay()
    watch(start(trip.run))

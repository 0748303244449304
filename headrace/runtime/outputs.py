"""What a run writes: claimed against other writers, and looked at for what an earlier run left there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError
from headrace.runtime import folders
from headrace.runtime.lock import claim
from headrace.runtime.resolve import SINKS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from headrace.runtime.lock import Lock
    from headrace.runtime.resolve import Step
    from headrace.runtime.run import Run

CHECKPOINTS = "checkpoints"


def claim_outputs(run: Run, steps: Iterable[Step], *more: str, command: str = "") -> Lock:
    """Become the one writer of what a run writes: its sinks' folders, its checkpoints.

    Args:
        run: what is to be run.
        steps: as :func:`headrace.runtime.run.prepare` gives them.
        more: further parts of the data folder.
        command: what others are told; ``headrace run <job>`` if not given.

    Raises:
        HeadraceError: as :func:`headrace.runtime.lock.claim`; when there is nothing to resume.
    """
    if run.resume:
        state_of(run)
    data = run.data.resolve()
    sinks = (folders.folder_of(step) for step in steps if step.database == SINKS)
    written = (os.path.relpath(folder, data) for folder in sinks if folder)
    parts = (f"{CHECKPOINTS}/{run.job.pipeline}", *written, *more)
    return claim(run.data, command or f"headrace run {run.job.pipeline}", parts)


def newest_checkpoint(folder: Path) -> Path | None:
    """The newest complete checkpoint or savepoint below a folder."""
    complete = sorted(folder.glob("**/_metadata"), key=lambda path: path.stat().st_mtime)
    return complete[-1].parent if complete else None


def recovery(run: Run) -> dict[str, str]:
    """Flink's options that say where checkpoints go, and which one to go on from.

    Raises:
        HeadraceError: when there is nothing to resume.
    """
    options = {"execution.checkpointing.dir": folders.flink_path(run.checkpoints)}
    if not run.resume:
        return options
    # Claimed, so that Flink deletes it when the job has ended: resumed once more, it would double the outputs.
    recovery = {
        "execution.state-recovery.path": folders.flink_path(state_of(run)),
        "execution.state-recovery.claim-mode": "CLAIM",
    }
    return {**options, **recovery}


def state_of(run: Run) -> Path:
    """The newest checkpoint or savepoint of a run's job.

    Raises:
        HeadraceError: when there is none.
    """
    found = newest_checkpoint(run.checkpoints)
    if found is None:
        raise HeadraceError(
            f"nothing to resume: {run.checkpoints} holds no checkpoint", "Run it without --resume."
        )
    return found


def outdated(run: Run, steps: list[Step]) -> list[Path]:
    """What an earlier run left that a new one must not go on from.

    Raises:
        HeadraceError: when that are outputs, and the run may neither go on from them nor overwrite them.
    """
    if run.resume:
        return []
    written = folders.written_before(steps) + folders.of_other_jobs(steps, run.job.pipeline, run.job.replaces)
    if written and not run.overwrite:
        names = ", ".join(folder.name for folder in written)
        raise HeadraceError(
            f"{run.data} holds {names} of an earlier run, which would be doubled",
            "--resume goes on where it stopped, --overwrite starts anew.",
        )
    return [*written, *([run.checkpoints] if run.checkpoints.is_dir() else [])]

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from headrace.planning import trial

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest


class PretendedSubject:
    """Writes itself down as an empty file."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder / "tables")
        self.root = "/suite"

    def write(self, path: Path) -> list[str]:
        """The command."""
        path.write_text("{}")
        return ["true"]


def test_a_job_can_be_started_from_a_process_that_has_run_functions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, str] = {}

    def start(_: str, __: list[str], environment: Mapping[str, str], ___: Path) -> None:
        given.update(environment)

    monkeypatch.setenv(trial.INSIDE_A_FUNCTION, "1")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setattr(trial, "start_daemon", start)
    trial._started(PretendedSubject(tmp_path), tmp_path)  # type: ignore[arg-type] # noqa: SLF001 -- no job is started
    assert trial.INSIDE_A_FUNCTION not in given
    assert given["PYTHONPATH"] == os.pathsep.join(["/suite", "/elsewhere"])

"""Flink's SQL client, played by a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.cluster.local import LocalCluster
from headrace.errors import HeadraceError
from headrace.sql_client.client import SqlClient
from tests.unit.cluster.programs import ScriptedHome, scripted

if TYPE_CHECKING:
    from pathlib import Path


class Up(LocalCluster):
    """A cluster that is up, with another program in place of Flink's."""

    @property
    def home(self) -> ScriptedHome:
        """Runs the script."""
        return ScriptedHome(self.folder)

    def require_up(self) -> None:
        """It is."""


def client(folder: Path, script: str) -> SqlClient:
    scripted(folder, script).scratch.mkdir()
    return SqlClient(Up(folder, folder), folder / "init.sql")


def test_a_client_leaves_no_temporary_files_even_if_it_is_killed(tmp_path: Path) -> None:
    script = f'echo "$JVM_ARGS" > {tmp_path}/said; touch "$TMPDIR/planner.jar"; kill -9 $$'
    with pytest.raises(HeadraceError, match="ended with exit code -9"):
        client(tmp_path, script).run()
    assert (tmp_path / "said").read_text().startswith(f"-Djava.io.tmpdir={tmp_path / 'tmp' / 'sql-client-'}")
    assert [*(tmp_path / "tmp").iterdir()] == []


@pytest.mark.parametrize("end", ["exit 130", "kill -INT $$"])
def test_a_client_that_was_interrupted_has_not_failed(end: str, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        client(tmp_path, end).run()


def test_an_interrupt_is_left_to_the_client(tmp_path: Path) -> None:
    client(tmp_path, f'kill -INT $PPID; sleep 0.2; echo "$@" > {tmp_path}/said').run()
    assert (tmp_path / "said").read_text().startswith("-i ")

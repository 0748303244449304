"""A data folder that may only be read: reading goes on, writing ends in one sentence and changes nothing.

Commands run without the rights of root, where they have them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.folders import create_writable
from headrace.runtime.resolve import DEFAULT, SINKS, Step
from headrace.runtime.statement import Statement
from tests.local_tables import ROOT
from tests.shell import shell

WITHOUT_RIGHTS = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
LETTER = {
    "reason": "late",
    "stage": "ingest",
    "detail": None,
    "payload": "e30=",
    "arrived_at": "2018-04-10T10:00:05Z",
    "source": "payments-0",
    "source_offset": 1,
}


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A data folder that this user may read only."""
    if os.geteuid() == 0 and not shutil.which(WITHOUT_RIGHTS[0]):
        pytest.skip("root may write everywhere, and there is no setpriv to give that up")
    data = tmp_path / "theirs"
    (data / "dead_letters" / "ingest").mkdir(parents=True)
    (data / "dead_letters" / "ingest" / "part-0").write_text(json.dumps(LETTER) + "\n")
    for path in (*data.rglob("*"), data):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return data


def headrace(*arguments: object) -> subprocess.CompletedProcess[str]:
    prefix = WITHOUT_RIGHTS if os.geteuid() == 0 else []
    command = [*prefix, sys.executable, "-m", "headrace", *map(str, arguments)]
    environment = {**shell(), "COLUMNS": "1000"}
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def test_what_only_reads_works_on_a_folder_that_may_only_be_read(theirs: Path) -> None:
    shown = headrace("dlq", "show", "--data", theirs)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith("late · payments-0 @ 1")


@pytest.mark.parametrize(
    "command",
    [
        ("data", "fraud", "--last-day", "0"),
        ("dlq", "replay", "--job", "ingest"),
        ("run", "ingest", "--live", "--overwrite"),
    ],
)
def test_what_writes_ends_in_a_sentence_that_names_the_folder(theirs: Path, command: tuple[str, ...]) -> None:
    before = sorted(theirs.rglob("*"))
    refused = headrace(*command, "--data", theirs)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert str(theirs) in refused.stderr
    assert "ermission denied" in refused.stderr
    assert sorted(theirs.rglob("*")) == before


def test_a_sink_that_can_not_be_written_is_named_before_a_job_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "CREATE TABLE visits WITH ('connector' = 'filesystem', 'path' = '{}') LIKE contracts.visits"
    statement = Statement("visits", Path("visits.sql"), text.format(tmp_path))
    monkeypatch.setattr(os, "access", lambda *_: False)
    create_writable([Step(statement, DEFAULT)])
    with pytest.raises(HeadraceError, match=f"{tmp_path}: expected a folder that can be written"):
        create_writable([Step(statement, SINKS)])

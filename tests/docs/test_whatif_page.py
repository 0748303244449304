"""The commands of docs/whatif.md run as they stand there, and its tables are those of the code."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import yaml

from headrace.deployments.log import read_log
from headrace.deployments.store import Folder
from headrace.training import features
from headrace.whatif import gate
from headrace.whatif.costs import Costs, default_costs, read_costs
from headrace.whatif.measures import MEASURES
from tests.artifact import make_artifact
from tests.deployment_log import make_log
from tests.local_tables import ROOT
from tests.unit.cli.conftest import headrace
from tests.unit.dead_letters.conftest import put
from tests.unit.whatif.conftest import payments, verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Said

__all__ = ["headrace"]

PAGE = (ROOT / "docs" / "whatif.md").read_text(encoding="utf-8")
COMMANDS = [
    line for block in re.findall(r"```sh\n(.+?)```", PAGE, re.DOTALL) for line in block.splitlines() if line
]
[COSTS] = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)
CHAMPION, NEWER = "fraud-85737abcf22f", "fraud_boosting-c819635c4acf"


def in_july(row: dict[str, Any]) -> dict[str, Any]:
    """A payment two months later, when the page's are."""
    time = pd.Timestamp(row["event_time"]) + pd.Timedelta(days=60)
    return {**row, "event_time": time.isoformat().replace("+00:00", "Z")}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, with the tables, the versions and the costs that the page names."""
    data, rows = tmp_path / "work" / "data", [in_july(row) for row in payments()]
    put(data, "transaction_features", rows)
    put(data, "labels", map(verdict, rows))
    make_artifact(data / "models" / CHAMPION, CHAMPION)
    make_artifact(data / "models" / NEWER, NEWER, 0.4)
    make_log(data, [{"role": "champion", "version": CHAMPION}])
    (tmp_path / "costs.yaml").write_text(COSTS)
    monkeypatch.setattr(features, "compute_features", lambda *_: put(data, "training_features", rows))
    monkeypatch.chdir(tmp_path)
    return data


def test_the_commands_run_as_they_stand_there_and_in_that_order(
    here: Path, headrace: Callable[..., Said]
) -> None:
    for command in COMMANDS:
        name, *arguments = shlex.split(command)
        said = headrace(*arguments)
        assert (name, said.code, said.err.startswith("error")) == ("headrace", 0, False), (
            f"{command}: {said.err}"
        )
    assert len(COMMANDS) > 8
    assert read_log(Folder(here / "deployments")).in_force[-1].version == NEWER


def test_the_costs_on_the_page_are_read_and_are_all_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "costs.yaml").write_text(COSTS)
    assert {**yaml.safe_load(COSTS)}.keys() == Costs.model_fields.keys()
    own = read_costs(default_costs(ROOT, "fraud"))
    assert read_costs(tmp_path / "costs.yaml") == own.model_copy(update={"currency": "EUR"})


def test_every_measure_is_explained() -> None:
    explained = re.findall(r"^\| ([a-z ]+) \| ", PAGE, re.MULTILINE)
    titles = [each.title.replace(", {currency}", "") for each in MEASURES.values()]
    assert [each for each in explained if each in titles] == titles


def test_the_numbers_of_the_gate_are_those_of_the_code() -> None:
    for said in (
        f"The margin is {gate.MARGIN} if",
        f"fewer than {gate.FEW} positives, {gate.FEW} customers or {gate.DRAWS:,} draws",
        f"more than {gate.AGE.days} days newer",
    ):
        assert said in " ".join(PAGE.split())

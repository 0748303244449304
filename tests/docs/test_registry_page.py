"""The commands and the Python of docs/registry.md do what the page says, in its order."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

import pytest
from typer.main import get_command

from headrace.cli.app import app
from headrace.models.definition import load_definition
from tests import foreign
from tests.artifact import make_artifact, make_frame
from tests.local_tables import ROOT
from tests.unit.cli.conftest import headrace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Said

__all__ = ["headrace"]

PAGE = (ROOT / "docs" / "registry.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.+?)```", PAGE, re.DOTALL) for line in block.splitlines()]
PYTHON = "".join(re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL))
VERSION = "fraud-f6b21e6e9a46"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the version, the rows and the file that the page names."""
    definition = load_definition(ROOT, "fraud")
    data = tmp_path / "work" / "data"
    make_artifact(data / "models" / VERSION, VERSION)
    (data / "training_sets").mkdir()
    make_frame(definition).to_parquet(data / "training_sets" / "fraud.evaluation.parquet")
    foreign.write_network(tmp_path / "net.onnx", len(definition.features))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADRACE_ROOT", str(ROOT))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return tmp_path


def test_the_page_holds_together(
    headrace: Callable[..., Said],
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HEADRACE_ROOT", str(ROOT))
    said = []
    for command in COMMANDS:
        if "…" in command:
            continue
        _, *arguments = shlex.split(command)
        said.append(
            headrace(*arguments, *(["--root", ROOT] if "import" in command or "register" in command else []))
        )
        assert said[-1].code == 0, f"{command}: {said[-1].err}"
    assert said[0].out.startswith("logged   as version 1 of fraud in sqlite:///")
    assert json.loads(said[1].out)["number"] == "2"
    assert VERSION in said[2].out
    assert f"{VERSION}, verified" in said[3].out
    assert "logged   as version 3 of fraud" in said[4].out
    assert "logged" not in said[5].out
    exec(compile(PYTHON, "docs/registry.md", "exec"), {})  # noqa: S102 -- the page's own example
    assert capsys.readouterr().out.startswith(VERSION)
    assert (checkout / "work" / "data" / "mlflow" / "mlflow.db").is_file()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_line_of_the_page_is_understood(command: str) -> None:
    name, *arguments = shlex.split(command)
    group = get_command(app)
    while arguments and hasattr(group, "commands"):
        group = group.commands[arguments.pop(0)]
    group.make_context(name, arguments)


def test_the_files_it_names_are_there() -> None:
    named = re.findall(r"requirements/[\w.-]+", PAGE)
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []

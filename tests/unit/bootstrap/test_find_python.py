from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "bootstrap" / "find-python"


@pytest.fixture
def search_path(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def python(folder: Path, name: str, minor: int) -> Path:
    """A Python that says it is another version."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'#!/bin/sh\nexec {sys.executable} -c "import sys; sys.version_info = (3, {minor}, 1)\n$2"\n',
        encoding="utf-8",
    )
    path.chmod(0o755)
    return path


def find(search_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(SCRIPT)],
        env={"PATH": str(search_path), **environment},
        cwd=search_path.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_newest_supported_python_on_the_path_is_found(search_path: Path) -> None:
    for minor in (8, 9, 11, 13):
        python(search_path, f"python3.{minor}", minor)
    assert find(search_path).stdout == f"{search_path}/python3.11\n"


def test_a_plain_python3_is_good_enough(search_path: Path) -> None:
    assert find(search_path).returncode == 1
    found = python(search_path, "python3", 10)
    assert find(search_path).stdout == f"{found}\n"


def test_a_python_that_does_not_run_is_passed_over(search_path: Path) -> None:
    (search_path / "python3.12").write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    (search_path / "python3.12").chmod(0o755)
    found = python(search_path, "python3", 11)
    assert find(search_path).stdout == f"{found}\n"


def test_the_environment_that_is_there_keeps_its_python(search_path: Path) -> None:
    python(search_path, "python3.12", 12)
    own = python(search_path.parent, ".venv/bin/python", 10)
    assert find(search_path).stdout.strip() == os.path.relpath(own, search_path.parent)


def test_a_python_that_is_named_wins(search_path: Path) -> None:
    python(search_path, "python3.12", 12)
    named = python(search_path.parent, "elsewhere/python", 9)
    assert find(search_path, PYTHON=str(named)).stdout == f"{named}\n"


def test_a_named_python_of_another_version_is_refused_although_there_is_another(search_path: Path) -> None:
    python(search_path, "python3.12", 12)
    named = python(search_path.parent, "elsewhere/python", 13)
    refused = find(search_path, PYTHON=str(named))
    assert refused.returncode == 1
    assert refused.stderr == f"headrace needs Python 3.9 to 3.12, and PYTHON={named} is 3.13.1.\n"


def test_a_named_python_that_does_not_run_is_refused(search_path: Path) -> None:
    refused = find(search_path, PYTHON="/no/such/python")
    assert refused.returncode == 1
    assert refused.stderr == "headrace needs Python 3.9 to 3.12, and PYTHON=/no/such/python does not run.\n"


def test_without_a_supported_python_a_sentence_says_what_there_is_and_what_to_do(search_path: Path) -> None:
    python(search_path, "python3", 13)
    refused = find(search_path)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert "python3 is 3.13.1" in refused.stderr
    assert "apt install python3 python3-venv" in refused.stderr


def test_without_any_python_a_sentence_says_so(search_path: Path) -> None:
    refused = find(search_path)
    assert refused.returncode == 1
    assert "there is none on the PATH: install one" in refused.stderr

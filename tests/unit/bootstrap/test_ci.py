from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parents[3] / ".ci" / "run"
IDENTITY = ("-c", "user.name=test", "-c", "user.email=test@example.org")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository whose recipes do nothing; each may be given something to do."""
    root = tmp_path / "checkout"
    (root / ".ci").mkdir(parents=True)
    shutil.copy(RUN, root / ".ci" / "run")
    (root / ".gitignore").write_text("/.venv/\n/lint\n/test\n/pid\n", encoding="utf-8")
    (root / "Makefile").write_text(
        ".PHONY: lint test\nlint:\n\t@sh ./lint\ntest:\n\t@sh ./test\n", encoding="utf-8"
    )
    for name in ("lint", "test"):
        (root / name).write_text(f"echo this is {name}\n", encoding="utf-8")
    command = root / ".venv" / "bin" / "headrace"
    command.parent.mkdir(parents=True)
    command.write_text('#!/bin/sh\ntest -d "$4" && echo "this is $*"\n', encoding="utf-8")
    command.chmod(0o755)
    git(root, "init", "--quiet")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "start")
    return root


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *IDENTITY, *arguments], cwd=root, check=True)  # noqa: S607 -- the git on the PATH


def run(checkout: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(checkout / ".ci" / "run")], capture_output=True, text=True, check=False, timeout=60
    )


def test_lint_tests_and_demo_run_in_this_order(checkout: Path) -> None:
    done = run(checkout)
    assert done.returncode == 0, done.stdout + done.stderr
    said = [line for line in done.stdout.splitlines() if line.startswith("this is")]
    assert said[:2] == ["this is lint", "this is test"]
    assert said[2].startswith("this is demo --quick --data /")
    assert done.stdout.splitlines()[-1].startswith("== all well after")


def test_the_first_step_that_fails_is_named_and_the_last(checkout: Path) -> None:
    (checkout / "lint").write_text("exit 3\n", encoding="utf-8")
    done = run(checkout)
    assert done.returncode == 1
    assert "== FAILED: lint" in done.stdout
    assert "this is test" not in done.stdout


def test_nothing_is_read_from_standard_input(checkout: Path) -> None:
    (checkout / "test").write_text("cat; echo nothing to read\n", encoding="utf-8")
    assert "nothing to read" in run(checkout).stdout


def test_a_file_left_behind_is_a_failure_that_names_it(checkout: Path) -> None:
    (checkout / "test").write_text("touch left.txt\n", encoding="utf-8")
    done = run(checkout)
    assert done.returncode == 1
    assert "?? left.txt" in done.stdout
    assert "== FAILED: checkout unchanged" in done.stdout


def test_a_process_left_behind_is_a_failure_that_names_it(checkout: Path) -> None:
    (checkout / "test").write_text("sleep 55 >/dev/null 2>&1 &\necho $! >pid\n", encoding="utf-8")
    done = run(checkout)
    os.kill(int((checkout / "pid").read_text(encoding="utf-8")), signal.SIGKILL)
    assert done.returncode == 1
    assert "sleep 55" in done.stdout
    assert "== FAILED: nothing left running" in done.stdout

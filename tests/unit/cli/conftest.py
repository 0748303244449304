"""The command line, called in this process as a shell would call it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from headrace.cli import interruption, main

if TYPE_CHECKING:
    from collections.abc import Callable


class Said(NamedTuple):
    """What a command said, lines joined, and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def headrace(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """``headrace("run", "ingest")`` is ``headrace run ingest``, on a terminal that is wide enough for any path."""
    monkeypatch.setenv("COLUMNS", "1000")
    monkeypatch.setattr("atexit._run_exitfuncs", lambda: None)  # those of the test run are not the command's
    for name in ("listen", "end_children"):
        monkeypatch.setattr(interruption, name, lambda: None)  # nor are its signals and its JVM
    for name in ("HEADRACE_ROOT", "HEADRACE_DATA"):
        monkeypatch.delenv(name, raising=False)

    def _headrace(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["headrace", *map(str, arguments)])
        capsys.readouterr()
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        else:
            code = 0
        return Said(code, *capsys.readouterr())

    return _headrace


def one_error(said: Said, code: int = 1) -> str:
    """The only thing said: an error in a sentence, perhaps with a hint, and no stack trace."""
    assert said.code == code
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert "Traceback" not in said.err
    return said.err

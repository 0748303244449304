"""Where Python functions run: in workers, a batch at a time, or in the JVM itself, row by row.

A profile asks with ``python.execution-mode``; ``thread`` has no hop and nothing to wait for, but is unsafe in places.
"""

from __future__ import annotations

import re
import sysconfig
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headrace.runtime.statement import Statement

EXECUTION_MODE = "python.execution-mode"
PYTHON_PATH = "python.pythonpath"
THREAD = "thread"
PROCESS = "process"
_EMBEDDED = "pemja"
_UNQUOTED = re.compile(r"['\\\n\r]")
_LEGACY = re.compile(r"'connector'\s*=\s*'(datagen)'")
SHARED = (
    "a task manager has one interpreter as long as it lives; the next job can not load it again, or would find the "
    "modules of the one before"
)


@dataclass(frozen=True)
class Execution:
    """How a job's Python functions run.

    Attributes:
        mode: ``thread`` or ``process``.
        reason: why it is not what the profile asks for; empty when it is.
    """

    mode: str
    reason: str = ""

    @property
    def by_row(self) -> bool:
        """Whether functions see one row at a time."""
        return self.mode == THREAD

    @property
    def flink_options(self) -> dict[str, str]:
        """The Flink options that say so; inside the JVM, packages are not found by the interpreter alone."""
        packages = {PYTHON_PATH: _packages()} if self.by_row else {}
        return {EXECUTION_MODE: self.mode, **packages}


def execution(
    asked: str, bindings: Iterable[Statement], *, paths: Iterable[str] = (), shared: bool = False
) -> Execution:
    """What is asked for if it is safe, else ``process`` with the reason.

    Args:
        asked: ``python.execution-mode`` of the profile; ``process`` when empty.
        bindings: the tables that may be read.
        paths: where modules are imported from, beside the packages of this Python.
        shared: whether other jobs, or other versions of this one, run in the same JVMs.
    """
    if asked != THREAD:
        return Execution(PROCESS)
    reason = _unsafe(bindings, [*paths, _packages()], shared=shared)
    return Execution(PROCESS, reason) if reason else Execution(THREAD)


def _packages() -> str:
    return sysconfig.get_paths()["purelib"]


def _unsafe(bindings: Iterable[Statement], paths: Iterable[str], *, shared: bool) -> str:
    if shared:
        return SHARED
    if find_spec(_EMBEDDED) is None:
        return f"this Python has no package {_EMBEDDED}, which runs Python inside the JVM"
    unquoted = next(filter(_UNQUOTED.search, paths), "")
    if unquoted:
        return f"the interpreter in the JVM can not import from {unquoted!r}, for its quote or backslash"
    legacy = sorted(each.name for each in bindings if _LEGACY.search(each.text))
    if legacy:
        return (
            f"{', '.join(legacy)} comes from a source of the old kind, beside which imports never come back"
        )
    return ""

"""What a signal does to a command and to what it has started."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from headrace.cli import interruption
from headrace.cli.interruption import Terminated, exit_code
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = """
import subprocess, sys, psutil
from headrace.cli.interruption import end_children
DEAF = "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); sys.stdin.read()"
QUIET = "import sys; print(1, flush=True); sys.stdin.read()"
def start(code, **options):
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options)
    child.stdout.readline()
    return child
children = [start(QUIET), start(DEAF), start(QUIET, start_new_session=True)]
end_children()
print([psutil.pid_exists(child.pid) for child in children])
"""


def test_what_a_command_started_is_ended_but_for_what_is_to_outlive_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", COMMAND], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[False, False, True]"


@pytest.fixture
def signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    logging.disable(logging.NOTSET)
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
def test_sigterm_is_a_ctrl_c_unless_it_is_ignored() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    interruption.listen()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    interruption.listen()
    with pytest.raises(KeyboardInterrupt) as raised:
        signal.raise_signal(signal.SIGTERM)
    assert exit_code(raised.value) == 143


@pytest.mark.parametrize("cause", [KeyboardInterrupt(), Terminated()])
def test_the_signal_is_found_below_what_was_made_of_it(cause: BaseException) -> None:
    ended = SystemExit(130)
    ended.__context__ = RuntimeError()
    ended.__context__.__cause__ = cause
    assert exit_code(ended) == (143 if isinstance(cause, Terminated) else 130)


@pytest.mark.parametrize("ended", [SystemExit(1), SystemExit(), SystemExit("words")])
def test_another_end_is_none_of_a_signal(ended: SystemExit) -> None:
    ended.__context__ = KeyboardInterrupt()
    assert exit_code(ended) is None

"""How commands end, whatever happens in them."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from headrace.cli import app as application
from headrace.cli.interruption import Terminated
from headrace.errors import HeadraceError
from tests.local_tables import ROOT
from tests.unit.cli.conftest import one_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]

COMMANDS = ("demo", "data", "train", "run", "explain", "check", "query", "dlq", "doctor")


def raising(error: BaseException) -> Callable[..., None]:
    def command(*_: object) -> None:
        raise error

    return command


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch, headrace: Headrace) -> Callable[[BaseException], Said]:
    """What is said when a command raises something."""

    def _ends(error: BaseException) -> Said:
        monkeypatch.setattr(type(application.app), "__call__", raising(error))
        return headrace("any")

    return _ends


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_names_every_command(headrace: Headrace, option: str) -> None:
    said = headrace(option)
    assert said.code == 0
    assert [name for name in COMMANDS if f" {name} " not in said.out] == []


@pytest.mark.parametrize("command", [*COMMANDS[:-2], "dlq summary", "dlq show", "dlq replay", "doctor"])
def test_every_command_has_help_with_an_example(headrace: Headrace, command: str) -> None:
    said = headrace(*command.split(), "--help")
    assert said.code == 0
    assert f"headrace {command}" in said.out.partition("Example")[2]


def test_an_error_of_ours_is_a_sentence_and_exit_code_1(ends: Callable[[BaseException], Said]) -> None:
    assert one_error(ends(HeadraceError("no", "do this"))) == "error: no\nhint: do this\n"


def test_a_place_that_can_not_be_written_is_a_sentence(ends: Callable[[BaseException], Said]) -> None:
    error = one_error(ends(PermissionError(errno.EACCES, "Permission denied", "/data/x")))
    assert (
        error == "error: /data/x: Permission denied\nhint: Choose another place, or change what is there.\n"
    )


def test_a_full_disk_is_a_sentence(ends: Callable[[BaseException], Said]) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/data/x")
    assert one_error(ends(full)) == "error: /data/x: No space left on device\nhint: Make room there.\n"


def test_a_place_that_a_library_names_in_its_words_is_a_sentence(
    ends: Callable[[BaseException], Said],
) -> None:
    words = "Failed to open local file '/data/x'. Detail: [errno 13] Permission denied"
    assert one_error(ends(PermissionError(errno.EACCES, words))).startswith(f"error: {words}\nhint: ")


def test_an_error_of_the_system_about_no_file_is_not_hidden(ends: Callable[[BaseException], Said]) -> None:
    with pytest.raises(OSError, match="odd"):
        ends(OSError("odd"))


def test_an_interrupt_ends_with_the_exit_code_of_one(ends: Callable[[BaseException], Said]) -> None:
    assert ends(KeyboardInterrupt()) == (130, "", "")


@pytest.mark.parametrize(("raised", "code"), [(KeyboardInterrupt, 130), (Terminated, 143)])
def test_a_signal_within_a_command_ends_with_its_exit_code(
    headrace: Headrace, monkeypatch: pytest.MonkeyPatch, raised: type[BaseException], code: int
) -> None:
    monkeypatch.setattr("headrace.cli.explain.find_root", raising(raised()))
    assert headrace("explain", "ingest") == (code, "", "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_the_command_is_imported_ends_it_without_a_trace(
    number: signal.Signals, code: int
) -> None:
    interrupted = f"""
import os, signal, sys
class Slow:
    def find_spec(self, name, *_):
        if name == "typer":
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.kill(os.getpid(), {int(number)})
sys.meta_path.insert(0, Slow())
from headrace.cli import main
main()
"""
    done = subprocess.run([sys.executable, "-c", interrupted], cwd=ROOT, check=False, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")


@pytest.mark.parametrize("port", ["99999", "0", "80", "-1"])
@pytest.mark.parametrize("command", ["run ingest", "demo", "dlq replay", "cluster up"])
def test_a_port_that_is_none_is_refused_before_anything_is_done(
    headrace: Headrace, command: str, port: str
) -> None:
    said = headrace(*command.split(), "--ui-port", port)
    assert said.code == 2
    assert "Invalid value for '--ui-port'" in said.err


def test_a_bug_is_not_hidden(ends: Callable[[BaseException], Said]) -> None:
    with pytest.raises(ZeroDivisionError):
        ends(ZeroDivisionError())


def test_the_module_is_the_command() -> None:
    """Without Flink, models or data loaded: the answer comes at once."""
    code = "import sys; sys.argv = ['headrace', '--help']\nimport runpy, atexit\n"
    code += "atexit.register(lambda: print({'pyflink', 'sklearn', 'duckdb', 'pandas'} & set(sys.modules)))\n"
    code += "runpy.run_module('headrace', run_name='__main__')"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert "Usage: " in said.stdout
    assert said.stdout.splitlines()[-1] == "set()"

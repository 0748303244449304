from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from bootstrap.machine import Refusal
from bootstrap.packages import MISTAKES, Progress, count_pins, explanation, pip_install


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_failure_of_pip_is_a_sentence_its_last_words_and_a_log(tmp_path: Path) -> None:
    log = tmp_path / "install.log"
    with pytest.raises(Refusal) as refusal:
        pip_install(Path(sys.executable), log, "--no-index", "headrace-is-not-here==1")
    assert str(refusal.value).startswith("The package index has no build for this Python")
    assert "headrace-is-not-here==1" in str(refusal.value).splitlines()[-1]
    assert "headrace-is-not-here==1" in log.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [log]


@pytest.mark.parametrize(("sign", "sentence"), MISTAKES.items())
def test_each_known_failure_has_its_sentence(sign: str, sentence: str) -> None:
    assert explanation(f"ERROR: {sign} …\n", Path("log")).startswith(sentence)


def test_an_unknown_failure_shows_the_end_of_what_pip_said() -> None:
    said = explanation("".join(f"line {number}\n" for number in range(50)), Path("install.log"))
    assert said.startswith("pip failed. All of it is in install.log")
    assert said.splitlines()[1:] == [f"line {number}" for number in range(38, 50)]


def test_progress_is_a_line_every_tenth_of_the_way_where_nobody_watches() -> None:
    stream = io.StringIO()
    progress = Progress(100, stream)
    for number in range(100):
        progress(f"Collecting package-{number}==1.0 (from -r dev.txt (line 3))\n")
        progress("  Downloading package.whl (5 MB)\n")
    assert len(stream.getvalue().splitlines()) == 10
    assert stream.getvalue().splitlines()[0] == "  10 of 100 packages: package-9"


def test_progress_counts_what_is_there_already_and_what_is_for_other_machines() -> None:
    stream = io.StringIO()
    progress = Progress(2, stream)
    progress("Requirement already satisfied: numpy==2.1.3 in ./site-packages (2.1.3)\n")
    progress("Ignoring colorama: markers 'sys_platform == \"win32\"' don't match your environment\n")
    assert stream.getvalue() == "  1 of 2 packages: numpy\n  2 of 2 packages: colorama\n"


def test_progress_never_counts_beyond_the_total() -> None:
    stream = io.StringIO()
    progress = Progress(1, stream)
    for _ in range(3):
        progress("Requirement already satisfied: numpy>=1 in ./site-packages (from pandas)\n")
    assert stream.getvalue() == "  1 of 1 packages: numpy\n"


def test_progress_rewrites_its_line_on_a_terminal_and_leaves_it_empty() -> None:
    stream = Terminal()
    progress = Progress(100, stream)
    progress("Collecting numpy==2.1.3\n")
    progress("Installing collected packages: numpy\n")
    progress.end()
    assert stream.getvalue() == "\r\033[K  1 of 100 packages: numpy\r\033[K  unpacking\r\033[K"


def test_pins_are_counted_and_their_hashes_are_not(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(
        "a==1 \\\n    --hash=sha256:aa==\nb==2 ; x == 'y' \\\n    --hash=sha256:bb\n", encoding="utf-8"
    )
    assert count_pins(requirements) == 2

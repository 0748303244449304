"""Dead letters that stand for a whole file: a replay gives the file back to the inbox when it can be read now."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.dead_letters.outcome import Verdict
from headrace.dead_letters.replayed import REFUSED, RETURNED
from headrace.inbox.content import UnreadableError, require_readable
from headrace.inbox.letter import UNREADABLE_FILE
from headrace.inbox.places import Places
from headrace.runtime.folders import create_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headrace.dead_letters.letter import Letter


def judge_files(data: Path, letters: Iterable[Letter]) -> list[Verdict]:
    """The verdict on each letter of a file, without moving anything.

    A file that is not where it was set aside was moved by a person, or by a replay that was cut off: it is returned.

    Raises:
        OSError: when a file can not be read for a reason that is not its own.
    """
    return [_judged(data, letter) for letter in letters]


def return_files(data: Path, verdicts: Iterable[Verdict]) -> None:
    """Move files that can be read back into the inbox, under their number and the ending of their name."""
    places = Places(data)
    create_folder(places.inbox)
    for verdict in verdicts:
        file = _file(data, verdict.letter)
        if verdict.outcome == RETURNED and file.exists():
            file.rename(places.inbox / f"{file.name}{_ending(verdict.letter)}")


def returned(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """How many files go back, as a report counts what is not sent."""
    counts = Counter(verdict.outcome for verdict in verdicts)
    return {RETURNED: counts[RETURNED]} if counts[RETURNED] else {}


def _judged(data: Path, letter: Letter) -> Verdict:
    try:
        require_readable(_file(data, letter), letter.file or "")
    except UnreadableError as error:
        return Verdict(letter, REFUSED, UNREADABLE_FILE, str(error))
    except FileNotFoundError:
        pass
    return Verdict(letter, RETURNED)


def _file(data: Path, letter: Letter) -> Path:
    return Places(data).unreadable / (letter.source or "")


def _ending(letter: Letter) -> str:
    ending = Path(letter.file or "").suffix
    return ending if ending[1:].isalnum() else ""

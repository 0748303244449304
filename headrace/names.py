"""Names: of versions, models, files of an artifact, runs, use cases, roles, reasons. A name is a name, never a path.

Worker side: standard library only.
"""

from __future__ import annotations

import re
from typing import NewType

from headrace.errors import HeadraceError

Name = NewType("Name", str)
"""A text that was held against `RULE`."""

RULE = "1 to 128 of A-Z, a-z, 0-9, . _ and -, a letter or digit first, no two dots in a row, none at the end"
"""What makes a name, in words for people."""

_FORM = re.compile(r"(?=.{1,128}\Z)[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_SHOWN = 80


class InvalidNameError(HeadraceError):
    """A text that should be a name is none."""


def is_name(value: object) -> bool:
    """Whether a value is a name, which can stand in a path, a URI, a query and on a terminal as it is.

    Names that Windows keeps for devices are none, so that artifacts can be copied anywhere.

    >>> [is_name(text) for text in ("fraud-f6b21e6e9a46", "../models", "a/b", "-rf", "nul.json", "")]
    [True, False, False, False, False, False]
    """
    return isinstance(value, str) and bool(_FORM.fullmatch(value)) and not _DEVICE.fullmatch(value)


def checked_name(value: str, what: str) -> Name:
    """The value as a name.

    Args:
        value: the text.
        what: whose name it should be, as an option or a field is called; stands in the error.

    Raises:
        InvalidNameError: it is none.
    """
    if not is_name(value):
        raise InvalidNameError(f"{what} {shown(value)} is no name", f"A name is {RULE}.")
    return Name(value)


def shown(text: str) -> str:
    r"""A text from elsewhere as an error shows it: quoted, what a terminal acts on escaped, cut when it is long.

    >>> shown("a\x1b[2J")
    "'a\\x1b[2J'"
    """
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")

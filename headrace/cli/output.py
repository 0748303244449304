"""What happens to this process's output: it is written whole, or the command says that it is not."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOSED = 141
"""Exit code of a process whose reader has gone, as a shell knows it."""


def show_any_character() -> None:
    """Show what a terminal's character set lacks as an escape, in place of ending on it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def written_whole() -> Iterator[None]:
    """Write out what is printed within, so that a failure is seen here and not when Python ends.

    Raises:
        HeadraceError: when there is no room for it, or it can not be written for another reason.
        SystemExit: when its reader has gone, as ``head`` does.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        _give_up_what_is_left()
        if error.filename is not None or error.strerror != os.strerror(error.errno or 0):
            raise
        if error.errno == errno.EPIPE:
            raise SystemExit(CLOSED) from error
        raise HeadraceError(
            f"not all could be written: {error.strerror}",
            "Make room where standard output goes, and on the disk of the data folder; then call this again.",
        ) from error


def _give_up_what_is_left() -> None:
    """What standard output did not take is not tried again when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

"""Whether a program has a file open for writing, as Linux knows it."""

from __future__ import annotations

import fcntl
import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

OPEN_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def has_writer(path: Path) -> bool | None:
    """Whether some process, of whomever, has a file open for writing; None where that can not be known.

    Known on local Linux file systems, for files of the same user. A read lease is granted only while nobody has the
    file open for writing; it is given back at once.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return None
    try:
        descriptor = os.open(path, OPEN_FLAGS)
    except OSError:
        return None
    try:
        return _lease_is_refused(descriptor)
    finally:
        os.close(descriptor)


def _lease_is_refused(descriptor: int) -> bool | None:
    try:
        # The signal that breaks a lease ends a process unless another one is chosen: this one is ignored by default.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    return False

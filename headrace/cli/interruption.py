"""Ctrl-C and SIGTERM, which containers send: a job that runs is stopped with a savepoint, and nothing stays behind."""

from __future__ import annotations

import logging
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn

INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended: 128 and the number of the signal."""
TERMINATED = 143
"""The exit code of a command that SIGTERM ended."""
PATIENCE_SECONDS = 1.0


class Terminated(KeyboardInterrupt):
    """SIGTERM came; what minds a Ctrl-C minds it."""


def listen() -> None:
    """From now on SIGTERM is taken like a Ctrl-C, unless whoever started this process had it ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminate)


def exit_code(ended: BaseException) -> int | None:
    """The exit code when a signal ended a command; None when something else did.

    Args:
        ended: an interrupt, or what typer makes of it: an exit that it caused.
    """
    cause: BaseException | None = ended
    while cause is not None and not isinstance(cause, KeyboardInterrupt):
        cause = cause.__cause__ or cause.__context__
    by_signal = isinstance(ended, KeyboardInterrupt) or getattr(ended, "code", None) == INTERRUPTED
    if not by_signal:
        return None
    return TERMINATED if isinstance(cause, Terminated) else INTERRUPTED


def end_children() -> None:
    """End the JVM and the workers of this process, whatever they are at; the programs of a cluster stay."""
    import psutil

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it ends already
    children = [child for child in psutil.Process().children(recursive=True) if _of_this_session(child.pid)]
    for child in children:
        with suppress(psutil.NoSuchProcess):
            child.terminate()
    _, alive = psutil.wait_procs(children, timeout=PATIENCE_SECONDS)
    for child in alive:
        with suppress(psutil.NoSuchProcess):
            child.kill()
    psutil.wait_procs(alive, timeout=PATIENCE_SECONDS)


def _of_this_session(pid: int) -> bool:
    with suppress(OSError):
        return os.getsid(pid) == os.getsid(0)
    return False  # it has ended meanwhile


def _interrupt(*_: object) -> NoReturn:
    logging.disable()  # py4j logs a stack trace of each call that is interrupted, and of each that comes after its JVM
    raise KeyboardInterrupt


def _terminate(*_: object) -> NoReturn:
    logging.disable()  # as above
    raise Terminated

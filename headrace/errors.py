"""The errors a user is meant to read."""

from __future__ import annotations


class HeadraceError(Exception):
    """An error that a user can act on.

    Args:
        message: what was expected, what came instead, and where.
        hint: what to do about it; one sentence, may be empty.

    The command line prints both without a stack trace and exits with ``exit_code``.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __str__(self) -> str:
        """The message, and the hint on a line of its own."""
        message = str(self.args[0])
        return f"{message}\n{self.hint}" if self.hint else message

"""The command line: ``headrace <command>``."""

from __future__ import annotations

import sys

from headrace.cli import interruption

__all__ = ["main"]


def main() -> None:
    """Entry point of the command; a signal ends it as quietly while it is still imported as later."""
    interruption.listen()
    try:
        from headrace.cli import app

        app.main()
    except (KeyboardInterrupt, SystemExit) as ended:
        code = interruption.exit_code(ended)
        if code is None:
            raise
        interruption.end_children()
        sys.exit(code)

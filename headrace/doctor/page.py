"""Writes docs/troubleshooting.md from the table of failures: ``python -m headrace.doctor.page``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from headrace.doctor.explanation import failures

if TYPE_CHECKING:
    from headrace.doctor.explanation import Failure

HEAD = """# Troubleshooting

When a job fails, Flink prints a long stack trace, and the cause often stands in its middle. Give it to the doctor, as
text, as a file or through a pipe:

    headrace doctor --explain "Could not find any factory for identifier 'kafka'"
    headrace doctor --explain taskmanager.log
    headrace run realtime 2>&1 | headrace doctor --explain -

These are the failures it knows, the nearest to the cause first. "Run" as a source means: provoked with apache-flink
2.3.0 to see the message. The page is made from headrace/doctor/failures.yaml by `python -m headrace.doctor.page`.
"""


def page() -> str:
    """The page, as Markdown."""
    return "\n".join([HEAD, *map(_section, failures())])


def _section(failure: Failure) -> str:
    return (
        f"## {failure.title}\n\n`{failure.name}`\n\n{failure.meaning}\n\n"
        f"**What to do.** {failure.remedy}\n\nSource: {failure.source}\n"
    )


if __name__ == "__main__":
    sys.stdout.write(page())

"""The typer application: one module a command, registered here."""

from __future__ import annotations

import errno
import sys

import typer

from headrace.cli import check, console, data, demo, dlq, doctor, explain, query, run, train
from headrace.errors import HeadraceError

app = typer.Typer(
    name="headrace",
    help="Real-time machine learning on Apache Flink: live events in, scored and explained decisions out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(demo.demo)
app.command()(data.data)
app.command()(train.train)
app.command()(run.run)
app.command()(explain.explain)
app.command()(check.check)
app.command()(query.query)
app.command()(doctor.doctor)
app.add_typer(dlq.dlq)

INTERRUPTED = 130


def main() -> None:
    """Entry point of the command: errors a user can act on end with a sentence, not a stack trace."""
    try:
        app()
    except HeadraceError as error:
        console.print_error(error)
        sys.exit(error.exit_code)
    except OSError as error:
        console.print_error(_readable(error))
        sys.exit(HeadraceError.exit_code)
    except KeyboardInterrupt:
        console.err.print("stopped")
        sys.exit(INTERRUPTED)


def _readable(error: OSError) -> HeadraceError:
    """What the system says of a file, in a sentence; an error that is about no file goes on.

    Raises:
        OSError: the same one.
    """
    if error.filename is None:
        raise error
    hint = (
        "Make room there."
        if error.errno == errno.ENOSPC
        else "Choose another place, or change what is there."
    )
    return HeadraceError(f"{error.filename}: {error.strerror}", hint)

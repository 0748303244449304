"""The typer application: one module a command, registered here."""

from __future__ import annotations

import atexit
import errno
import sys

import typer
from typing_extensions import get_annotations

from headrace.cli import (
    audit,
    check,
    cluster,
    connectors,
    console,
    data,
    demo,
    deployment_log,
    deployments,
    dlq,
    doctor,
    explain,
    jobs,
    models,
    output,
    parity,
    plan,
    produce,
    query,
    reproduce,
    run,
    savepoints,
    score,
    sql,
    submit,
    topics,
    train,
    whatif,
)
from headrace.doctor import explain as explain_failure
from headrace.errors import HeadraceError

_OF_FILES = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT}

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
app.command()(score.score)
app.command()(whatif.whatif)
app.command()(deployments.deploy)
app.command()(deployments.promote)
app.command()(deployments.canary)
app.command()(deployments.shadow)
app.command()(deployments.rollback)
app.command()(deployment_log.deployments)
app.command()(audit.audit)
app.command()(explain.explain)
app.command()(check.check)
app.command()(query.query)
app.command()(sql.sql)
app.command()(parity.parity)
app.command()(reproduce.reproduce)
app.command()(doctor.doctor)
app.command()(topics.topics)
app.command()(produce.produce)
app.command()(plan.plan)
app.command()(submit.submit)
app.command()(jobs.jobs)
app.command()(jobs.stop)
app.command()(submit.resume)
app.command()(submit.upgrade)
app.add_typer(models.models)
app.add_typer(dlq.dlq)
app.add_typer(connectors.connectors)
app.add_typer(cluster.cluster)
app.add_typer(savepoints.savepoints)


def _evaluate_annotations() -> None:
    """Python 3.9's newest typer takes annotations as they stand, and ours are kept as text."""
    groups = [app, *(each.typer_instance for each in app.registered_groups)]
    for command in (command for group in groups if group for command in group.registered_commands):
        if command.callback is not None:
            command.callback.__annotations__ = get_annotations(command.callback, eval_str=True)


def main() -> None:
    """Run the command: errors a user can act on end with a sentence, not a stack trace."""
    _evaluate_annotations()
    output.show_any_character()
    try:
        with output.written_whole():
            app()
    except HeadraceError as error:
        console.print_error(_with_remedy(error))
        sys.exit(error.exit_code)
    except OSError as error:
        console.print_error(_readable(error))
        sys.exit(HeadraceError.exit_code)
    finally:
        # PyFlink stops its servers at exit with new threads, which Python 3.12 refuses that late.
        atexit._run_exitfuncs()  # noqa: SLF001 -- the only way to run them while threads can still be made


def _with_remedy(error: HeadraceError) -> HeadraceError:
    """The error with what the doctor knows of its cause, when it has no hint of its own."""
    explanation = None if error.hint or error.__cause__ is None else explain_failure(str(error.__cause__))
    if explanation is None:
        return error
    return HeadraceError(str(error), f"{explanation.failure.title}: {explanation.failure.remedy}")


def _readable(error: OSError) -> HeadraceError:
    """What the system says of a file, in a sentence; an error that is about no file goes on.

    Libraries in C++ name the file in what they say, not beside it.

    Raises:
        OSError: the same one.
    """
    if error.filename is None and error.errno not in _OF_FILES:
        raise error
    hint = (
        "Make room there."
        if error.errno == errno.ENOSPC
        else "Choose another place, or change what is there."
    )
    return HeadraceError(": ".join(filter(None, (error.filename, error.strerror))), hint)

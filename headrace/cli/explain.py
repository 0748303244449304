"""``headrace explain``: the plan of a job."""

from __future__ import annotations

from typing import Annotated

import typer

from headrace.cli import console, options
from headrace.connectors.environment import environment_jars
from headrace.runtime.job import load_job
from headrace.runtime.run import Run, make_importable
from headrace.runtime.run import explain as plan_of
from headrace.runtime.suite import Suite, find_root


def explain(
    job: Annotated[str, typer.Argument(help="A module in jobs/, for example realtime.")],
    environment: options.Environment = "local",
    profile: options.Profile = None,
    data: options.Data = options.DEFAULT_DATA,
    root: options.Root = None,
) -> None:
    """Print the optimized plan of a job: operators, shuffles, changelog modes.

    Example: headrace explain realtime
    """
    suite = find_root(root)
    make_importable(suite)
    jars = environment_jars(Suite(suite), environment)
    asked = Run(suite, load_job(suite, job), data, environment, profile or "throughput", jars=jars)
    plan = plan_of(asked)
    console.out.print(plan, markup=False, soft_wrap=True)

"""Options that several commands share, each declared once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Optional

import typer

from headrace.cluster.layout import read_layout
from headrace.cluster.ports import HOST
from headrace.errors import HeadraceError
from headrace.names import checked_name
from headrace.runtime.configuration import require_aligned
from headrace.runtime.network import HIGHEST_PORT, LOWEST_PORT
from headrace.runtime.secrecy import is_secret
from headrace.runtime.submit import pair

Root = Annotated[
    Optional[str], typer.Option(help="The suite: a folder with sql/ and connectors/.", envvar="HEADRACE_ROOT")
]
Data = Annotated[
    Path,
    typer.Option(help="The folder that holds the tables of the local environment.", envvar="HEADRACE_DATA"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts instead of tables for people.")]
Environment = Annotated[str, typer.Option(help="Where the tables are: a folder under connectors/.")]
Profile = Annotated[Optional[str], typer.Option(help="How Flink is set: a folder under flink-conf/.")]
Values = Annotated[
    Optional[list[str]],
    typer.Option("--set", help="NAME=value for a ${NAME} of the connectors; may be repeated."),
]
Flink = Annotated[Optional[list[str]], typer.Option("-D", help="A Flink option, key=value; may be repeated.")]
UiPort = Annotated[
    Optional[int], typer.Option(help="Port of the Flink web UI.", min=LOWEST_PORT, max=HIGHEST_PORT)
]

DEFAULT_DATA = Path("work/data")


Cluster = Annotated[
    Path, typer.Option(help="The folder of a cluster of this machine.", envvar="HEADRACE_CLUSTER")
]
DEFAULT_CLUSTER = Path("work/cluster")
BROKER = "KAFKA_BOOTSTRAP_SERVERS"


def reasons(given: list[str] | None) -> list[str]:
    """Reasons of dead letters, each a name.

    Raises:
        InvalidNameError: when one is none.
    """
    return [checked_name(reason, "--reason") for reason in given or ()]


def pairs(values: list[str] | None) -> dict[str, str]:
    """Names and values of ``--set NAME=value``.

    Raises:
        HeadraceError: when one has no name or no value.
    """
    return dict(map(pair, values or []))


def flink_options(given: list[str] | None) -> dict[str, str]:
    """Flink's options of ``-D key=value``, which win over the profile.

    Raises:
        HeadraceError: when one has no key or no value, or asks for unaligned checkpoints.
    """
    found = dict(pair(option, "-D wants key=value") for option in given or [])
    require_aligned(found, "-D")
    return found


def given_options(flink: list[str] | None) -> dict[str, str]:
    """Those of ``-D``.

    Raises:
        HeadraceError: when one looks like a secret: it would stand in the list of processes, a file and the web UI.
    """
    given = flink_options(flink)
    secret = [name for name in given if is_secret(name)]
    if secret:
        raise HeadraceError(
            f"-D {', '.join(secret)} would stand in the list of processes, in a file and in the web UI",
            "Let the processes read it where they run: an environment variable, or a file that only they can read.",
        )
    return given


def use_broker_of(cluster: Path) -> None:
    """Without KAFKA_BOOTSTRAP_SERVERS, tables are on the broker of this machine's cluster, where there is one."""
    layout = read_layout(cluster / "cluster.json")
    if layout:
        os.environ.setdefault(BROKER, f"{HOST}:{layout.kafka}")

"""Options that several commands share, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

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

DEFAULT_DATA = Path("work/data")

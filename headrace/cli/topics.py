"""``headrace topics``: the topics behind the tables of an environment."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from headrace.cli import console, options
from headrace.connectors.avro import avro_schema
from headrace.connectors.kafka import create_topics, partitions, tables_of
from headrace.connectors.protobuf import FORMAT, proto_schema
from headrace.runtime.suite import Suite, find_root

if TYPE_CHECKING:
    from collections.abc import Mapping


def topics(
    use_case: Annotated[str, typer.Argument(help="A folder under sql/.")] = "fraud",
    create: Annotated[bool, typer.Option("--create", help="Create those that are not there.")] = False,
    count: Annotated[int, typer.Option("--partitions", min=1, help="Of a topic that is created.")] = 4,
    schema: Annotated[
        str,
        typer.Option(help="Only print this contract's schema for readers: Protobuf where it is, else Avro."),
    ] = "",
    environment: options.Environment = "kafka",
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    values: options.Values = None,
    root: options.Root = None,
    json: options.Json = False,
) -> None:
    """Show which topics the tables of an environment stand on, and create those that are not there.

    Examples: headrace topics · headrace topics --create --partitions 2 · headrace topics --schema predictions ·
    headrace topics --schema predictions --environment kafka-protobuf
    """
    if schema:
        _print_schema(Suite(find_root(root)), environment, use_case, schema)
        return
    options.use_broker_of(cluster)
    tables = tables_of(Suite(find_root(root)), environment, use_case, options.pairs(values))
    created = create_topics(tables.values(), count) if create else []
    found = partitions(tables.values())
    rows = [
        {"table": name, "topic": each.topic, "partitions": found[each.topic]} for name, each in tables.items()
    ]
    if json:
        console.print_json(rows)
        return
    console.print_table("", ["table", "topic", "partitions"], [[*row.values()] for row in rows])
    if created:
        console.out.print(f"created {', '.join(created)}")


def creation(use_case: str, environment: str, values: Mapping[str, str]) -> str:
    """The command that creates the topics of an environment, where these values say they are."""
    given = [part for name, value in values.items() for part in ("--set", f"{name}={value}")]
    return shlex.join(["headrace", "topics", use_case, "--create", "--environment", environment, *given])


def _print_schema(suite: Suite, environment: str, use_case: str, name: str) -> None:
    table = tables_of(suite, environment, use_case, {}).get(name)
    if table and table.format == FORMAT:
        typer.echo(proto_schema(suite.use_case(use_case), name), nl=False)
    else:
        console.print_json(avro_schema(suite.use_case(use_case), name))

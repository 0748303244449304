"""``headrace topics``: the topics behind the tables of an environment."""

from __future__ import annotations

from typing import Annotated

import typer

from headrace.cli import console, options
from headrace.connectors.avro import avro_schema
from headrace.connectors.kafka import create_topics, partitions, tables_of
from headrace.connectors.protobuf import FORMAT, proto_schema
from headrace.runtime.suite import Suite, find_root


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


def _print_schema(suite: Suite, environment: str, use_case: str, name: str) -> None:
    table = tables_of(suite, environment, use_case, {}).get(name)
    if table and table.format == FORMAT:
        typer.echo(proto_schema(suite.use_case(use_case), name), nl=False)
    else:
        console.print_json(avro_schema(suite.use_case(use_case), name))

"""``headrace produce``: rows of local tables to their topics."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Optional

import typer
from rich.progress import Progress, TextColumn

from headrace.cli import console, options
from headrace.cli.topics import creation
from headrace.connectors.kafka import require_topics, tables_of
from headrace.connectors.recorded import Producer, read_rows, records
from headrace.errors import HeadraceError
from headrace.runtime.suite import Suite, find_root


def produce(
    table: Annotated[str, typer.Argument(help="A contract; its rows are those in <data>/<table>.")],
    use_case: Annotated[str, typer.Option(help="A folder under sql/.")] = "fraud",
    key: Annotated[
        str, typer.Option(help="Of a recorded log: the field of a message that becomes its key.")
    ] = "",
    rate: Annotated[float, typer.Option(min=0, help="Records a second; as fast as it goes if 0.")] = 0,
    limit: Annotated[Optional[int], typer.Option(min=1, help="Send the first ones only.")] = None,
    environment: options.Environment = "kafka",
    cluster: options.Cluster = options.DEFAULT_CLUSTER,
    data: options.Data = options.DEFAULT_DATA,
    values: options.Values = None,
    root: options.Root = None,
) -> None:
    """Send the rows of a local table to its topic: a recorded log as the messages it was, others as JSON.

    Example: headrace produce transactions_raw --key customer_id --rate 200
    """
    options.use_broker_of(cluster)
    given = options.pairs(values)
    tables = tables_of(Suite(find_root(root)), environment, use_case, given)
    if table not in tables:
        raise HeadraceError(
            f"{table} stands on no topic in {environment}; those that do: {', '.join(tables)}"
        )
    require_topics([tables[table]], creation(use_case, environment, given))
    wanted = records(tables[table], islice(read_rows(data / table), limit), key)
    with Progress(TextColumn("{task.completed:,} sent"), console=console.err, transient=True) as progress:
        task = progress.add_task("", total=None)
        sent = Producer(tables[table], rate).send(wanted, lambda done: progress.update(task, completed=done))
    console.out.print(f"{sent:,} records of {table} are in topic {tables[table].topic}")

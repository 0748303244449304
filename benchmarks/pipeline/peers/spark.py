"""The same work in Spark Structured Streaming: one query on this machine, a micro-batch as soon as the last is done.

Two stateful operators, by customer and then by terminal, with a shuffle before each; state is in RocksDB, and Python
workers ask the JVM for it.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from pyspark.sql import SparkSession  # type: ignore[import-not-found]  # only where the peers are

from benchmarks.pipeline.peers.arguments import ANSWERS, LABELS, PAYMENTS, parse
from benchmarks.pipeline.peers.batches import UNKNOWN, customer_batch
from benchmarks.pipeline.peers.spark_worker import Keyed, answers_at_terminal
from benchmarks.pipeline.peers.steps import NOTHING
from headrace.connectors.manifest import Jar
from headrace.connectors.store import JarStore
from headrace.runtime.java import use_java

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from pathlib import Path

KAFKA = (
    Jar(
        "org.apache.spark:spark-sql-kafka-0-10_2.13:4.2.0",
        "64539c45e5d39f7ddb747312c239f38f5208d08c1a0ddf7d70beb2fbd9373705",
    ),
    Jar(
        "org.apache.spark:spark-token-provider-kafka-0-10_2.13:4.2.0",
        "641c7947afc8aa1189e433b7c2d305293993c8691bc1c2062d6d4f513b12518c",
    ),
    Jar(
        "org.apache.kafka:kafka-clients:3.9.2",
        "014b4ef36884478a932641818b080c36a8f8e2e92dc771e800c9d2694f4f83d8",
    ),
    Jar(
        "org.apache.commons:commons-pool2:2.13.1",
        "f77a5060d6936a9144023584232f9de3f2248f1abfe156e9d31795f18770674f",
    ),
)
"""Spark's connector and what it needs; none of them is in the wheel."""
SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.streaming.stateStore.providerClass": (
        "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"
    ),
    "spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
"""As many partitions as cores, state in RocksDB, of which a batch commits only what changed; else its defaults."""
EVENTS = "key string, value string"


def run(asked: argparse.Namespace) -> None:
    """Answer payments as they come, without end."""
    session = _session(asked.folder)
    broker = {"kafka.bootstrap.servers": asked.broker}
    payments, verdicts = (
        _stream(session, {**broker, "subscribe": f"{asked.prefix}{topic}"}, key)
        for topic, key in ((PAYMENTS, "customer_id"), (LABELS, "terminal_id"))
    )
    known = _stateful(payments, Keyed(customer_batch, UNKNOWN, "terminal_id"))
    answering = partial(answers_at_terminal, model=asked.model, keep=asked.features)
    answers = _stateful(known.union(verdicts), Keyed(answering, NOTHING, "transaction_id"))
    sink = {**broker, "topic": f"{asked.prefix}{ANSWERS}", "kafka.linger.ms": "0"}
    sink["checkpointLocation"] = str(asked.folder / "state")
    answers.writeStream.format("kafka").options(**sink).start().awaitTermination()


def _session(folder: Path) -> Any:
    use_java()
    os.environ["PYSPARK_PYTHON"] = sys.executable
    jars = ",".join(str(path) for path in JarStore().fetch_all(KAFKA))
    here = {"spark.jars": jars, "spark.local.dir": str(folder / "local")}
    session = SparkSession.builder.master("local[2]").config(map={**SETTINGS, **here}).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _stream(session: Any, options: Mapping[str, str], key: str) -> Any:
    source = session.readStream.format("kafka").options(**options, startingOffsets="earliest").load()
    texts = source.selectExpr("cast(value as string) as value")
    return texts.selectExpr(f"get_json_object(value, '$.{key}') as key", "value")


def _stateful(events: Any, step: Keyed) -> Any:
    return events.groupBy("key").transformWithState(step, EVENTS, "Append", "None")


if __name__ == "__main__":
    run(parse("spark"))

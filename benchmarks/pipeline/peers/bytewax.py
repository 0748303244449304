"""The same work in Bytewax: one worker, state in the process, written to SQLite at the end of each epoch (10 s)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Optional

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSinkMessage, KafkaSource
from bytewax.connectors.kafka import operators as kop
from bytewax.dataflow import Dataflow
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main

from benchmarks.pipeline.peers.arguments import ANSWERS, LABELS, PAYMENTS, parse
from benchmarks.pipeline.peers.scoring import Model
from benchmarks.pipeline.peers.steps import FEATURES, NOTHING, Event, at_customer, at_terminal
from benchmarks.windows import Kept

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

Known = tuple[set[int], Kept]


def with_customer(state: Optional[Known], payment: Event) -> tuple[Known, Iterable[Event]]:
    """A payment with the features of its customer; nothing if its id was seen before."""
    seen, kept = state or (set(), NOTHING)
    if payment["transaction_id"] in seen:
        return (seen, kept), ()
    seen.add(payment["transaction_id"])
    kept, found = at_customer(payment, kept)
    return (seen, kept), (found,)


def with_terminal(state: Optional[Kept], event: Event) -> tuple[Kept, Iterable[Event]]:
    """A payment with all its features; nothing for a verdict, which is remembered."""
    kept, found = at_terminal(event, state or NOTHING)
    return kept, () if found is None else (found,)


def dataflow(asked: argparse.Namespace) -> Dataflow:
    """The flow; its own defaults, but that nothing lingers."""
    flow = Dataflow("fraud")
    payments = op.key_on("by_customer", _read(flow, asked, PAYMENTS), lambda it: str(it["customer_id"]))
    known = op.key_rm("of_customer", op.stateful_flat_map("customer", payments, with_customer))
    both = op.merge("both", known, _read(flow, asked, LABELS))
    by_terminal = op.key_on("by_terminal", both, lambda it: str(it["terminal_id"]))
    complete = op.key_rm("of_terminal", op.stateful_flat_map("terminal", by_terminal, with_terminal))
    answers = op.map("score", complete, _answering(Model(asked.model), keep=asked.features))
    kop.output(
        "answers",
        answers,
        brokers=[asked.broker],
        topic=f"{asked.prefix}{ANSWERS}",
        add_config={"linger.ms": "0"},
    )
    return flow


def _read(flow: Dataflow, asked: argparse.Namespace, topic: str) -> Any:
    source = KafkaSource([asked.broker], [f"{asked.prefix}{topic}"])
    return op.map(f"{topic}_read", op.input(topic, flow, source), lambda it: json.loads(it.value))


def _answering(model: Model, *, keep: bool) -> Any:
    def answer(event: Event) -> KafkaSinkMessage[bytes, bytes]:
        value = model.answer(event, event.pop(FEATURES), keep=keep)
        return KafkaSinkMessage(str(event["transaction_id"]).encode(), json.dumps(value).encode())

    return answer


if __name__ == "__main__":
    told = parse("bytewax")
    kept_in = told.folder / "recovery"
    kept_in.mkdir()
    init_db_dir(kept_in, 1)
    cli_main(dataflow(told), recovery_config=RecoveryConfig(kept_in))

"""The same work in Quix Streams, its state in RocksDB: one process, which is how it is scaled, at most one a partition.

A customer's payments are in its state, as times and cents, with the ids it has seen. Payments, with what is known of
their customers, and verdicts then go through one topic by terminal, where the verdicts are in the state of theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quixstreams import Application

from benchmarks.pipeline.peers.arguments import ANSWERS, LABELS, PAYMENTS, parse
from benchmarks.pipeline.peers.scoring import Model
from benchmarks.pipeline.peers.steps import FEATURES, NOTHING, at_customer, at_terminal

if TYPE_CHECKING:
    import argparse


def with_customer(payment: dict[str, Any], state: Any) -> dict[str, Any] | None:
    """A payment with the features of its customer; None if its id was seen before."""
    seen = f"seen:{payment['transaction_id']}"
    if state.exists(seen):
        return None
    state.set(seen, 1)
    kept, found = at_customer(payment, state.get("kept", NOTHING))
    state.set("kept", kept)
    return found


def with_terminal(event: dict[str, Any], state: Any) -> dict[str, Any] | None:
    """A payment with all its features; None for a verdict, which is remembered."""
    before = state.get("kept", NOTHING)
    kept, found = at_terminal(event, before)
    if found is None:
        state.set("kept", kept)
    return found


def application(asked: argparse.Namespace) -> Application:
    """The application; its own defaults, but that nothing lingers."""
    app = Application(
        broker_address=asked.broker,
        consumer_group=f"{asked.prefix}quix",
        auto_offset_reset="earliest",
        state_dir=asked.folder / "state",
        producer_extra_config={"linger.ms": 0},
        loglevel="WARNING",
    )
    topics = {
        name: app.topic(f"{asked.prefix}{name}", key_deserializer="str")
        for name in (PAYMENTS, LABELS, "by_terminal", ANSWERS)
    }
    payments = app.dataframe(topics[PAYMENTS]).apply(with_customer, stateful=True)
    payments.filter(_is_there).to_topic(topics["by_terminal"], key=_terminal)
    app.dataframe(topics[LABELS]).to_topic(topics["by_terminal"], key=_terminal)
    complete = app.dataframe(topics["by_terminal"]).apply(with_terminal, stateful=True).filter(_is_there)
    complete.apply(_answering(Model(asked.model), keep=asked.features)).to_topic(topics[ANSWERS], key=_id)
    return app


def _answering(model: Model, *, keep: bool) -> Any:
    def answer(event: dict[str, Any]) -> dict[str, Any]:
        return model.answer(event, event.pop(FEATURES), keep=keep)

    return answer


def _is_there(event: Any) -> bool:
    return event is not None


def _terminal(event: dict[str, Any]) -> str:
    return str(event["terminal_id"])


def _id(event: dict[str, Any]) -> str:
    return str(event["transaction_id"])


if __name__ == "__main__":
    application(parse("quix")).run()

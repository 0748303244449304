"""The peer: the same three windows in one pass, as a stateful function of Quix Streams. Runs in a Python of its own.

The state of a customer is one value, the times (ms) and cents of the last 30 days; a row reads it, drops what is too
old, adds itself, and writes it back. One process, which is how Quix Streams is scaled: a process a partition at most.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from quixstreams import Application

from benchmarks.windows import customer_features, to_millis, with_row


def features(payment: dict[str, Any], state: Any) -> dict[str, Any]:
    """Count and mean amount of the customer's payments in ``(t - w, t]``, for each window ``w``."""
    now = to_millis(payment["event_time"])
    kept = with_row(state.get("kept", ([], [])), now, round(payment["amount"] * 100))
    state.set("kept", kept)
    return {"transaction_id": payment["transaction_id"], **customer_features(kept, now)}


class Stopwatch:
    """Seconds, and CPU seconds of this process, from the first row to the last one so far."""

    def __init__(self) -> None:
        self.rows = 0
        self._started = self._cpu = 0.0
        self.seconds = self.cpu_seconds = 0.0

    def __call__(self, *_: object) -> None:
        """A row came."""
        if not self.rows:
            self._started, self._cpu = time.perf_counter(), time.process_time()
        self.rows += 1
        self.seconds = time.perf_counter() - self._started
        self.cpu_seconds = time.process_time() - self._cpu


def application(broker: str, topic: str, folder: Path) -> tuple[Application, Any]:
    """An application with the features of a topic; its own defaults, but that nothing lingers."""
    app = Application(
        broker_address=broker,
        consumer_group=f"bench-{folder.name}",
        auto_offset_reset="earliest",
        state_dir=folder / "state",
        producer_extra_config={"linger.ms": 0},
        loglevel="WARNING",
    )
    rows = app.dataframe(app.topic(topic, key_deserializer="str", value_deserializer="json"))
    return app, rows.apply(features, stateful=True)


def write_to(target: TextIO) -> Any:
    """What writes each row as a line of JSON."""
    return lambda row: target.write(json.dumps(row) + "\n")


def main() -> None:
    """Run until so many rows are through, or without end, and print what it took."""
    asked = _parser().parse_args()
    app, rows = application(asked.broker, asked.topic, asked.folder)
    stopwatch = Stopwatch()
    if asked.answers:
        rows.to_topic(app.topic(asked.answers, value_serializer="json"))
        app.run()
        return
    with (asked.folder / "measured.jsonl").open("w") as target:
        if asked.keep:
            rows = rows.update(write_to(target))
        rows.update(stopwatch)
        app.run(count=asked.rows)
    said = {
        "rows": stopwatch.rows,
        "seconds": stopwatch.seconds,
        "cpu_seconds": stopwatch.cpu_seconds,
    }
    sys.stdout.write(json.dumps(said) + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/rolling/quix.py")
    parser.add_argument("--broker", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--folder", type=Path, required=True, help="for the state; must be there")
    parser.add_argument("--rows", type=int, default=0, help="stop after so many")
    parser.add_argument("--keep", action="store_true", help="write the rows to measured.jsonl")
    parser.add_argument("--answers", default="", help="instead: write them to this topic, without end")
    return parser


if __name__ == "__main__":
    main()

"""What runs in Spark's Python workers: the steps of a key, on the events that a micro-batch has of it.

What a key keeps is one value, as JSON, so that a batch asks the JVM for it once and tells it once.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Callable

from pyspark.sql import Row  # type: ignore[import-not-found]  # only where the peers are
from pyspark.sql.streaming import StatefulProcessor  # type: ignore[import-not-found]  # as above

from benchmarks.pipeline.peers.batches import terminal_batch
from benchmarks.pipeline.peers.scoring import Model
from benchmarks.pipeline.peers.steps import FEATURES, Event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Batch = Callable[[list[Event], Any], tuple[Any, list[Event]]]


class Keyed(StatefulProcessor):  # type: ignore[misc]  # Any to mypy
    """What is done with those events of a batch that have one key.

    Args:
        batch: from those events and what is kept to what is kept then, and the events that go on.
        nothing: what is kept before the first.
        key: of the events that go on, by what they are keyed next.
    """

    def __init__(self, batch: Batch, nothing: Any, key: str) -> None:
        self._batch, self._nothing, self._key = batch, nothing, key

    def init(self, handle: Any) -> None:
        """Declare the state."""
        self._state = handle.getValueState("kept", "kept string")

    def handleInputRows(self, _key: Any, rows: Iterator[Any], _now: Any) -> Iterator[Any]:  # noqa: N802 -- Spark's name
        """The events of a key that go on."""
        before = self._state.get()
        kept = json.loads(before[0]) if before else self._nothing
        after, found = self._batch([json.loads(row.value) for row in rows], kept)
        self._state.update((json.dumps(after),))
        return (Row(key=str(event[self._key]), value=json.dumps(event)) for event in found)


def answers_at_terminal(
    events: list[Event], kept: Any, *, model: Path, keep: bool
) -> tuple[Any, list[Event]]:
    """What a terminal keeps after a batch, and the answers to its payments."""
    kept, found = terminal_batch(events, kept)
    return kept, [_loaded(model).answer(event, event.pop(FEATURES), keep=keep) for event in found]


@lru_cache(maxsize=1)
def _loaded(model: Path) -> Model:
    """The model, once in each worker."""
    return Model(model)

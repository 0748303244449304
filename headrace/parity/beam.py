"""The features of some entities, computed a second time by Apache Beam: another engine's event time, state and timers.

Everything is an element that arrives out of order: a value, at the time from which it counts, or a row, which looks at
the values of its key. Elements wait in state until the watermark is past them.
"""

from __future__ import annotations

import json
import random
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

import apache_beam
from apache_beam.coders import PickleCoder
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.testing.test_stream import TestStream
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import (
    BagStateSpec,
    ReadModifyWriteStateSpec,
    TimerSpec,
    on_timer,
)
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

TOGETHER = 25
"""Elements that change places with each other on their way."""
VALUE, ROW = "value", "row"


class Element(NamedTuple):
    """A value or a row, as it comes to its key.

    Attributes:
        at: event time in milliseconds; of a value, when it begins to count.
        rank: order within a moment.
        order: order within a rank.
        kind: ``VALUE`` or ``ROW``.
        content: the value, None for NULL; of a row, its key.
    """

    at: int
    rank: int
    order: int
    kind: str
    content: Any


class Feature(NamedTuple):
    """An aggregate over one window.

    Attributes:
        name: of the feature.
        aggregate: ``count``, ``sum``, ``avg``, ``min``, ``max`` or ``distinct``.
        length: of the window in milliseconds.
        empty: without values.
    """

    name: str
    aggregate: str
    length: int
    empty: Any


DUE = TimerSpec("due", TimeDomain.WATERMARK)
# Beam finds what a method wants by the defaults of its parameters.
_TIME = apache_beam.DoFn.TimestampParam
_WAITING = apache_beam.DoFn.StateParam(BagStateSpec("waiting", PickleCoder()))
_VALUES = apache_beam.DoFn.StateParam(ReadModifyWriteStateSpec("values", PickleCoder()))
_DUE = apache_beam.DoFn.TimerParam(DUE)


class Windows(apache_beam.DoFn):  # type: ignore[misc]  # Beam's classes are untyped
    """Answers each row when the watermark is past it.

    Args:
        features: what to compute.
    """

    def __init__(self, features: Sequence[Feature]) -> None:
        self._features = list(features)

    def process(
        self,
        keyed: tuple[str, Element],
        waiting: Any = _WAITING,
        due: Any = _DUE,
    ) -> Iterator[Any]:
        """Let an element wait."""
        waiting.add(tuple(keyed[1]))
        due.set(_after(min(at for at, *_ in waiting.read())))
        yield from ()

    @on_timer(DUE)  # type: ignore[untyped-decorator]  # as above
    def fire(
        self,
        at: Any = _TIME,
        waiting: Any = _WAITING,
        kept: Any = _VALUES,
        due: Any = _DUE,
    ) -> Iterator[tuple[Any, dict[str, Any]]]:
        """Answer the rows that the watermark is past, in order."""
        elements = sorted((Element(*each) for each in waiting.read()), key=lambda each: each[:3])
        ready = [each for each in elements if _after(each.at) <= at]
        later = elements[len(ready) :]
        values: list[tuple[int, Any]] = kept.read() or []
        for element in ready:
            if element.kind == ROW:
                yield (
                    element.content,
                    {each.name: _aggregate(each, values, element.at) for each in self._features},
                )
            elif element.content is not None:
                values.append((element.at, element.content))
        kept.write(values)
        waiting.clear()
        for element in later:
            waiting.add(tuple(element))
        if later:
            due.set(_after(later[0].at))


class _Write(apache_beam.DoFn):  # type: ignore[misc]  # as above
    """Appends answers to a file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def process(self, answer: tuple[Any, dict[str, Any]]) -> Iterator[Any]:
        with open(self._path, "a", encoding="utf-8") as lines:  # noqa: PTH123 -- a path that Beam can send on
            lines.write(json.dumps([*answer], default=str) + "\n")
        yield from ()


def run(
    elements: Iterable[tuple[str, Element]], features: Sequence[Feature], path: Path
) -> dict[Any, dict[str, Any]]:
    """The features of all rows among some elements, by the rows' keys.

    Args:
        elements: with the key of each, in any order; sent out of order, within what the watermark says.
        features: what to compute.
        path: a file for the answers that is not there yet.
    """
    options = PipelineOptions([])
    options.view_as(StandardOptions).streaming = True
    path.touch()
    with apache_beam.Pipeline(options=options) as pipeline:
        stream = pipeline | _stream(sorted(elements, key=lambda keyed: keyed[1].at))
        keyed = stream | apache_beam.Map(lambda each: each).with_output_types(tuple[str, Any])
        _ = keyed | apache_beam.ParDo(Windows(features)) | apache_beam.ParDo(_Write(str(path)))
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(map(json.loads, lines))


def _stream(elements: list[tuple[str, Element]]) -> Any:
    """Elements in the order of time, but for their neighbours; after each handful the watermark says what is over."""
    stream: Any = TestStream()
    dice = random.Random(0)  # noqa: S311 -- simulation, not cryptography
    for start in range(0, len(elements), TOGETHER):
        handful = elements[start : start + TOGETHER]
        dice.shuffle(handful)
        stream = stream.add_elements([TimestampedValue(each, _moment(each[1].at)) for each in handful])
        for _, following in elements[start + TOGETHER : start + TOGETHER + 1]:
            stream = stream.advance_watermark_to(_moment(following.at))
    return stream.advance_watermark_to_infinity()


def _moment(milliseconds: int) -> Timestamp:
    return Timestamp(micros=1000 * milliseconds)


def _after(milliseconds: int) -> Timestamp:
    """When nothing of that millisecond can come any more."""
    return _moment(milliseconds + 1)


def _aggregate(feature: Feature, values: list[tuple[int, Any]], now: int) -> Any:
    """An aggregate of the values in ``(now - length, now]``; all of them count by now."""
    inside = [value for at, value in values if at > now - feature.length]
    if feature.aggregate in {"count", "distinct"}:
        return len(inside) if feature.aggregate == "count" else len({*inside})
    return _OF_VALUES[feature.aggregate](inside) if inside else feature.empty


_OF_VALUES: dict[str, Callable[[list[Any]], Any]] = {
    "sum": sum,
    "min": min,
    "max": max,
    "avg": lambda values: (
        float(sum(values, Decimal(0) if isinstance(values[0], Decimal) else 0)) / len(values)
    ),
}

"""Tables of how figures change as keys, models, windows, features and state grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.markdown import table
from benchmarks.pipeline.line import Line
from benchmarks.pipeline.titles import MODELS, contender, last, state

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.pipeline.results import Results

COMPUTED_KEYS = (1_000_000, 10_000_000)
"""Too many to measure: their state is on a straight line through what was measured."""


def hot_keys(results: Results) -> str:
    """How much slower it gets when one key has many of the events."""
    rows = []
    for case in _of(results, "hot"):
        even = _even(case)
        if results.has(even):
            rate, usual = results.rate_of(case), results.rate_of(even)
            slower = f"**{usual.median / rate.median:.2f}**"
            rows.append([f"{last(case)} %", contender(case), state(case), slower, rate.text(), usual.text()])
    return table(["events on one key", "", "state", "times slower", "payments/s", "payments/s without"], rows)


def models(results: Results) -> str:
    """How much slower it gets with a larger model."""
    rows = [[MODELS[last(case)], *slower] for case, slower in _slower(results, "model")]
    head = ["model", "times slower than logistic regression", "payments/s", "payments/s and core"]
    return table(head, rows)


def windows(results: Results) -> str:
    """How much slower the whole job gets with more windows."""
    rows = [[f"{2 * int(last(case))}", *slower] for case, slower in _slower(results, "windows")]
    return table(["windows", "times slower than six", "payments/s", "payments/s and core"], rows)


def features(results: Results) -> str:
    """How much slower the whole job gets with more features."""
    rows = [[last(case), *slower] for case, slower in _slower(results, "features")]
    return table(["features", "times slower than fifteen", "payments/s", "payments/s and core"], rows)


def _slower(results: Results, group: str) -> Iterator[tuple[str, list[str]]]:
    """Cases of a group, each with how many times slower it is than the whole job as it is, and its rates."""
    for case in _of(results, group):
        usual = _even(case)
        if results.has(usual):
            rate = results.rate_of(case)
            slower = f"**{results.rate_of(usual).median / rate.median:.2f}**"
            yield case, [slower, rate.text(), results.thrift_of(case).text()]


def sizes(results: Results) -> str:
    """Size and time of a checkpoint as state grows."""
    rows = [
        [
            f"{results.of(case, 'payments').median:,.0f}",
            state(case),
            results.of(case, "checkpoint_bytes", 1e-6).text(1),
            f"{results.of(case, 'checkpoint_bytes').median / results.of(case, 'payments').median:,.0f}",
            results.of(case, "checkpoint_seconds").text(2),
        ]
        for case in _of(results, "state")
    ]
    return table(
        ["payments in the windows", "state", "checkpoint, MB", "bytes a payment", "checkpoint, s"], rows
    )


def keys(results: Results) -> str:
    """Size and time of a checkpoint as customers and terminals grow, and what the size would be of far more."""
    series: dict[str, list[str]] = {}
    for case in _of(results, "keys"):
        series.setdefault(case.rpartition("/")[0], []).append(case)
    rows = [
        row for cases in series.values() for row in (*_counted(results, cases), *_computed(results, cases))
    ]
    return table(["keys", "payments", "state", "checkpoint, MB", "bytes a key", "checkpoint, s"], rows)


def _counted(results: Results, cases: Iterable[str]) -> Iterator[list[str]]:
    for case in cases:
        count, size = (results.of(case, it).median for it in ("payments", "checkpoint_bytes"))
        seconds = results.of(case, "checkpoint_seconds").text(2)
        yield [f"{int(last(case)):,}", f"{count:,.0f}", state(case), *_size(size, int(last(case))), seconds]


def _computed(results: Results, cases: Sequence[str]) -> Iterator[list[str]]:
    """What is too long to measure, on a straight line through what was measured on the same state backend."""
    points = [(int(last(case)), results.of(case, "checkpoint_bytes").median) for case in cases]
    if len(points) > 1:
        line = Line.through(points)
        payments = results.of(cases[-1], "payments").median / points[-1][0]
        for many in COMPUTED_KEYS:
            size = _size(line.at(many), many)
            yield [f"{many:,}, computed", f"{many * payments:,.0f}", state(cases[0]), *size, ""]


def _size(size: float, keys: int) -> list[str]:
    """Megabytes, and bytes a key."""
    return [f"{size / 1e6:,.1f}", f"{size / keys:,.0f}"]


def _of(results: Results, group: str) -> list[str]:
    """Cases of a group, the smallest first."""
    names = [name for name in results.runs if name.startswith(f"{group}/")]
    return sorted(names, key=lambda name: (name.rpartition("/")[0], len(last(name)), last(name)))


def _even(case: str) -> str:
    """The case of the whole job that differs in nothing else."""
    return f"throughput/{'/'.join(case.split('/')[1:5])}"

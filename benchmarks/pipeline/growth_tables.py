"""Tables of how figures change as keys, models, windows and state grow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.markdown import table
from benchmarks.pipeline.titles import MODELS, contender, last, state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.pipeline.results import Results


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


def _of(results: Results, group: str) -> list[str]:
    """Cases of a group, the smallest first."""
    names = [name for name in results.runs if name.startswith(f"{group}/")]
    return sorted(names, key=lambda name: (name.rpartition("/")[0], len(last(name)), last(name)))


def _even(case: str) -> str:
    """The case of the whole job that differs in nothing else."""
    return f"throughput/{'/'.join(case.split('/')[1:5])}"

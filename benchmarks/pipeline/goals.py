"""What was to be reached, what was measured, and whether it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.markdown import table, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.pipeline.results import Results

WAITS = {
    ("1000", "p50"): 2,
    ("1000", "p99"): 8,
    ("5000", "p50"): 4,
    ("5000", "p99"): 30,
    ("quiet", "p99"): 30,
}
"""Goal: milliseconds, by rung and percentile."""
BELOW_QUIX = ("p50", "p95", "p99", "p99.9")
TIMES_DEFAULTS = 100
TIMES_QUIX = 3
RATE, HISTORY_RATE, SCORE_RATE = 60_000, 100_000, 200_000
TIMES_SLOWER = 2
TITLES = {"hashmap": "heap", "rocksdb": "RocksDB"}


def goals(results: Results) -> str:
    """All goals of which something was measured; of several profiles of ours the best counts."""
    rows = [*_latency(results), *_throughput(results), *_others(results)]
    return table(["goal", "measured", "reached"], rows)


def _ours(results: Results, begins: str) -> list[str]:
    return [name for name in results.runs if name.startswith(begins) and "/defaults/" not in name]


def _latency(results: Results) -> Iterator[list[str]]:
    ours = _ours(results, "latency/realtime/")
    for (rung, percentile), goal in WAITS.items():
        found = [
            results.of(it, f"{rung}/{percentile}").median
            for it in ours
            if results.measured(it, f"{rung}/p50")
        ]
        if found:
            place = "10/s, one partition quiet" if rung == "quiet" else f"{int(rung):,}/s"
            yield [
                f"{percentile} at {place}: ≤ {goal} ms",
                f"{min(found):.1f} ms",
                verdict(min(found) <= goal),
            ]
    for case in ours[:1]:
        yield from _beside(results, case)
    if ours:
        left = min(results.of(it, "left").median for it in ours)
        yield ["left waiting at the end of a burst: none", f"{left:.0f}", verdict(left == 0)]


def _beside(results: Results, case: str) -> Iterator[list[str]]:
    """A job of ours beside PyFlink's defaults and Quix Streams."""
    defaults, quix = "latency/realtime/defaults/hashmap/1", "latency/quix"
    both = [
        rung
        for rung in ("1000", "100", "10")
        if all(results.measured(it, f"{rung}/p50") for it in (defaults, case))
    ]
    if both:
        times = results.of(defaults, f"{both[0]}/p50").median / results.of(case, f"{both[0]}/p50").median
        said = f"p50 at {int(both[0]):,}/s: {TIMES_DEFAULTS} times below PyFlink's defaults"
        yield [said, f"{times:.0f} times", verdict(times >= TIMES_DEFAULTS)]
    figures = [
        f"{rung}/{percentile}"
        for rung in ("10", "100", "1000", "5000", "10000")
        for percentile in BELOW_QUIX
        if results.measured(quix, f"{rung}/{percentile}") and results.measured(case, f"{rung}/{percentile}")
    ]
    above = [it for it in figures if results.of(case, it).median >= results.of(quix, it).median]
    if figures:
        said = f"{len(figures) - len(above)} of {len(figures)}" + (
            f"; not {', '.join(above)}" if above else ""
        )
        yield ["below Quix Streams at every rate, up to p99.9", said, verdict(not above)]


def _throughput(results: Results) -> Iterator[list[str]]:
    for backend, title in TITLES.items():
        ours = [name for name in _ours(results, "throughput/realtime/") if f"/{backend}/" in name]
        if not ours:
            continue
        rate = max(results.rate_of(name).median for name in ours)
        yield [f"whole job, {title}: ≥ {RATE:,} payments/s", f"{rate:,.0f}", verdict(rate >= RATE)]
        if results.has("throughput/quix"):
            thrift = max(results.thrift_of(name).median for name in ours)
            times = thrift / results.thrift_of("throughput/quix").median
            goal = f"whole job, {title}: ≥ {TIMES_QUIX} × Quix Streams per core"
            yield [goal, f"{times:.2g} ×", verdict(times >= TIMES_QUIX)]


def _others(results: Results) -> Iterator[list[str]]:
    for begins, goal, title in (
        ("history/backfill/", HISTORY_RATE, "features over history"),
        ("score/", SCORE_RATE, "scoring alone, one slot"),
    ):
        found = [results.rate_of(name).median for name in _ours(results, begins)]
        if found:
            yield [f"{title}: ≥ {goal:,} payments/s", f"{max(found):,.0f}", verdict(max(found) >= goal)]
    for case in (name for name in _ours(results, "hot/") if name.endswith("/50")):
        even = f"throughput/{'/'.join(case.split('/')[1:5])}"
        if results.has(even):
            times = results.rate_of(even).median / results.rate_of(case).median
            said = f"half of the events on one key: at most {TIMES_SLOWER} × slower"
            yield [said, f"{times:.2f} ×", verdict(times <= TIMES_SLOWER)]

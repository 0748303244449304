"""The tables of the whole job: ratios first, absolute figures behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.markdown import table, times, without_empty
from benchmarks.pipeline.goals import goals
from benchmarks.pipeline.growth_tables import features, hot_keys, keys, models, sizes, windows
from benchmarks.pipeline.titles import contender, slots, state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.pipeline.results import Results

QUIX, DEFAULTS = "latency/quix", "latency/realtime/defaults/hashmap/1"
PERCENTILES = ("p50", "p95", "p99", "p99.9", "max")
RUNGS = ("10", "100", "1000", "5000", "10000", "quiet")


def markdown(results: Results) -> str:
    """All tables, with what they were measured on."""
    tables = {
        "Latency: from a payment sent to its prediction received": latency(results),
        "Throughput of the whole job, from Kafka": throughput(results, "throughput", "throughput/quix"),
        "Scoring alone": throughput(results, "score", ""),
        "Features over history": throughput(results, "history", "history/pandas"),
        "Cost of a million payments": cost(results),
        "One key has many of the events": hot_keys(results),
        "Larger models": models(results),
        "More windows": windows(results),
        "More features": features(results),
        "More state": sizes(results),
        "More keys": keys(results),
        "Goals": "" if results.quick else goals(results),
        "Not measured": failures(results),
    }
    sections = [f"### {title}\n\n{each}" for title, each in tables.items() if each]
    return "\n\n".join([origin(results), *sections]) + "\n"


def origin(results: Results) -> str:
    """When, on what, with which versions, how often; and a warning when the figures are not to be quoted."""
    said = ", ".join([*results.machine.values(), *(f"{name} {it}" for name, it in results.versions.items())])
    rounds = "median of the rounds (lowest–highest)" if results.rounds > 1 else "one round"
    fewest = min(results.checked.values(), default=0)
    checked = f"At least {fewest:,} payments of each contender were compared with the oracle first."
    lines = [f"Measured on {results.date[:10]}: {said}. Interleaved, {rounds}. {checked}"]
    if results.quick:
        lines.append("**Quick run: few events, one round. It shows the way of it; none of its rates holds.**")
    if results.busy:
        lines.append(
            f"**The machine was busy with other work during {', '.join(results.busy)}: take their ratios with care "
            "and their absolute figures not at all.**"
        )
    return "\n\n".join(lines)


def latency(results: Results) -> str:
    """Milliseconds by rate and contender, beside PyFlink's defaults and Quix Streams at the same rate."""
    head = [
        "events/s",
        "",
        "defaults' p50 ÷ its",
        "Quix's p99 ÷ its",
        *(f"{it}, ms" for it in PERCENTILES),
        "left",
    ]
    rows = []
    for rung in RUNGS:
        for case in (name for name in results.runs if name.startswith("latency/")):
            if results.measured(case, f"{rung}/p50"):
                waits = [results.of(case, f"{rung}/{it}").text(1) for it in PERCENTILES]
                left = results.of(case, "left").text() if rung == "quiet" else ""
                beside = [
                    _times(results, DEFAULTS, case, f"{rung}/p50"),
                    _times(results, QUIX, case, f"{rung}/p99"),
                ]
                rows.append([_rung(rung), contender(case), *beside, *waits, left])
    return _filled(head, rows)


def throughput(results: Results, group: str, peer: str) -> str:
    """Rates of a group, the fastest first, each beside a peer.

    Args:
        results: that have them.
        group: of cases.
        peer: the case that the others are compared with; none if empty.
    """
    names = [name for name in results.runs if name.startswith(f"{group}/")]
    beside = contender(peer) if peer in names else ""
    head = ["", "state", "slots", f"× {beside}", f"× {beside}, per core", "payments/s", "payments/s and core"]
    rows = []
    for case in sorted(names, key=lambda name: -results.rate_of(name).median):
        rate, thrift = results.rate_of(case), results.thrift_of(case)
        ratios = ["", ""]
        if beside:
            ratios = [
                times(rate.median / results.rate_of(peer).median),
                times(thrift.median / results.thrift_of(peer).median),
            ]
        rows.append([contender(case), state(case), slots(case), *ratios, rate.text(), thrift.text()])
    return _filled(head, rows)


def cost(results: Results) -> str:
    """CPU, memory and the time to the first prediction of those that do the whole job."""
    head = ["", "state", "slots", "CPU s per million", "peak memory, MB", "start to first prediction, s"]
    rows = [
        [
            contender(case),
            state(case),
            slots(case),
            results.per_million(case, "cpu_seconds").text(),
            results.of(case, "peak_bytes", 1e-6).text(),
            results.of(case, "start_seconds").text(1),
        ]
        for case in results.runs
        if case.startswith("throughput/")
    ]
    return _filled(head, rows)


def failures(results: Results) -> str:
    """What could not be measured, and what was said."""
    return table(
        ["", "said"], [[contender(case), said.splitlines()[0]] for case, said in results.failed.items()]
    )


def _filled(head: list[str], rows: Sequence[list[str]]) -> str:
    return table(*without_empty(head, list(rows))) if rows else ""


def _rung(name: str) -> str:
    return "10, one partition quiet" if name == "quiet" else f"{int(name):,}"


def _times(results: Results, other: str, case: str, figure: str) -> str:
    """How many times as long another case takes."""
    if other == case or not results.measured(other, figure):
        return ""
    return times(results.of(other, figure).median / results.of(case, figure).median)

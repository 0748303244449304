"""The tables of a benchmark: ratios first, absolute figures behind them."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from benchmarks.markdown import table, verdict, without_empty
from benchmarks.rolling.forms import FORMS
from benchmarks.rolling.schedule import BOTH_BACKENDS, HOT_PERCENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.rolling.results import Results
    from benchmarks.spread import Spread

TITLES = {
    **{name: form.title for name, form in FORMS.items()},
    "quix": "Quix Streams function",
    "echo": "echo of the broker alone",
}
BACKENDS = {"hashmap": "heap", "rocksdb": "RocksDB"}
LATENCY = ("p50", "p99", "p99.9", "max")
SIX_WINDOWS = {"hashmap": 100_000, "rocksdb": 60_000}
"""Goal: payments a second, by state backend."""
TIMES_SLOWER = 2
"""Goal, when one key has half of the rows."""
P99_MILLISECONDS = 10
"""Goal, at 1,000 events a second."""
MILLION_KEYS, ROWS_A_KEY = 1_000_000, 15


def markdown(results: Results) -> str:
    """All tables, with what they were measured on."""
    tables = {
        "Three windows of one entity": throughput(results, "customer"),
        "Six windows of two entities, with verdicts": throughput(results, "both"),
        "One key has many of the rows": hot_keys(results),
        "Latency": latency(results),
        "Size of the state": sizes(results),
        "Goals": "" if results.quick else goals(results),
    }
    sections = [f"### {title}\n\n{each}" for title, each in tables.items() if each]
    return "\n\n".join([origin(results), *sections]) + "\n"


def origin(results: Results) -> str:
    """When, on what, with which versions, how often; and a warning when the figures are not to be quoted."""
    said = ", ".join([*results.machine.values(), *(f"{name} {it}" for name, it in results.versions.items())])
    rounds = (
        f"median of {results.rounds} interleaved rounds (lowest–highest)"
        if results.rounds > 1
        else "one round"
    )
    checked = (
        f"{min(results.checked.values(), default=0):,} rows of each form were compared with DuckDB first."
    )
    first = f"Measured on {results.date[:10]}: {said}. {results.payments:,} payments from Kafka, {rounds}. {checked}"
    return "\n\n".join([first, *_reservations(results)])


def _reservations(results: Results) -> list[str]:
    lines = []
    if results.quick:
        lines.append(
            "**Quick run: so few rows that starting a job weighs more than the windows (compare *read only*). "
            "It shows the way of it; none of its rates holds.**"
        )
    if results.busy:
        lines.append(
            f"**The machine was busy with other work (load {results.load:.1f} on {results.cores} cores): "
            f"take ratios with care and absolute figures not at all{_except(results)}.**"
        )
    lines += [
        f"{group.capitalize()} was measured again on {again.date[:10]}, at a load of {again.load:.1f}."
        for group, again in results.again.items()
    ]
    return lines


def _except(results: Results) -> str:
    quiet = [group for group, again in results.again.items() if again.load <= results.cores / 4]
    return f", those of {', '.join(quiet)} excepted" if quiet else ""


def throughput(results: Results, group: str) -> str:
    """Rates of a group, each beside the OVER chain on the same state backend and beside the peer."""
    peer = "customer/quix"
    head = [
        "form",
        "state",
        "× OVER chain",
        "× Quix",
        "× Quix, per core",
        "payments/s",
        "payments/s and core",
    ]
    rows = []
    for case in (name for name in results.runs if name.startswith(f"{group}/")):
        form, backend = (*case.split("/"), "")[1:3]
        rate, thrift = results.rate_of(case), results.thrift_of(case)
        chain = f"{group}/over/{backend or 'rocksdb'}"
        beside = [
            _times(rate, results.rate_of(chain)),
            _times(rate, results.rate_of(peer)) if group == "customer" else "",
            _times(thrift, results.thrift_of(peer)) if group == "customer" else "",
        ]
        state = BACKENDS.get(backend, "RocksDB") if form != "read" else ""
        rows.append((rate.median, [TITLES[form], state, *beside, rate.text(), f"{thrift.median:,.0f}"]))
    ordered = [row for _, row in sorted(rows, key=lambda each: -each[0])]
    return table(*without_empty(head, ordered)) if ordered else ""


def hot_keys(results: Results) -> str:
    """How much slower it gets when one key has many of the rows."""
    rows = []
    for share, backend in product(HOT_PERCENT, BOTH_BACKENDS):
        if results.has(f"hot{share}/arrival/{backend}", f"customer/arrival/{backend}"):
            rate, even = (results.rate_of(f"{it}/arrival/{backend}") for it in (f"hot{share}", "customer"))
            rows.append([f"{share} %", BACKENDS[backend], _slower(rate, even), rate.text(), even.text()])
    return table(["rows on one key", "state", "times slower", "payments/s", "payments/s without"], rows)


def latency(results: Results) -> str:
    """Milliseconds from sent to received."""
    rows = []
    for case in (name for name in results.runs if name.startswith("latency/")):
        found = [results.latency_of(case, share) for share in LATENCY]
        peer = _slower(found[1], results.latency_of("latency/quix", "p99"))
        rows.append([TITLES[case.split("/")[1]], peer, *(each.text(1) for each in found)])
    return table(
        [f"at {results.rate:,} events/s", "Quix's p99 ÷ its p99", *(f"{it}, ms" for it in LATENCY)], rows
    )


def sizes(results: Results) -> str:
    """Bytes of a checkpoint by keys and rows kept, and what a million keys would be."""
    rows = []
    for size in results.state:
        kept = size.keys * size.rows
        each = [f"{size.bytes / kept:,.1f}", f"{size.bytes / size.keys:,.0f}", _megabytes(size.bytes)]
        rows.append([f"{size.keys:,} × {size.rows:,}", BACKENDS[size.backend], *each])
        if size.rows == ROWS_A_KEY:
            scale = MILLION_KEYS / size.keys
            name = f"{MILLION_KEYS:,} × {size.rows:,}, extrapolated"
            rows.append([name, BACKENDS[size.backend], *each[:2], _megabytes(size.bytes * scale)])
    return table(["keys × rows kept", "state", "bytes per row", "bytes per key", "checkpoint"], rows)


def goals(results: Results) -> str:
    """What was to be reached, what was measured, and whether it is."""
    rows = [*_rate_goals(results), *_hot_goals(results)]
    if results.has("latency/arrival"):
        waited = results.latency_of("latency/arrival", "p99").median
        text = f"p99 at {results.rate:,}/s: ≤ {P99_MILLISECONDS} ms"
        rows.append([text, f"{waited:.1f} ms", verdict(waited <= P99_MILLISECONDS)])
    return table(["goal", "measured", "reached"], rows)


def _rate_goals(results: Results) -> Iterator[list[str]]:
    for (backend, wanted), form in product(SIX_WINDOWS.items(), ("arrival", "in_order")):
        if results.has(f"both/{form}/{backend}"):
            rate = results.rate_of(f"both/{form}/{backend}").median
            text = f"six windows, {BACKENDS[backend]}, {TITLES[form]}: ≥ {wanted:,} payments/s"
            yield [text, f"{rate:,.0f} ({2 * rate:,.0f} events/s)", verdict(rate >= wanted)]


def _hot_goals(results: Results) -> Iterator[list[str]]:
    for backend in BOTH_BACKENDS:
        names = [f"{group}/arrival/{backend}" for group in ("customer", "hot50")]
        if results.has(*names):
            even, hot = (results.rate_of(name).median for name in names)
            text = f"half of the rows on one key, {BACKENDS[backend]}: at most {TIMES_SLOWER} × slower"
            yield [text, f"{even / hot:.2f} ×", verdict(even / hot <= TIMES_SLOWER)]


def _times(rate: Spread, other: Spread) -> str:
    return f"**{rate.median / other.median:.2g}**"


def _slower(rate: Spread, other: Spread) -> str:
    return f"**{other.median / rate.median:.2f}**"


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.1f} MB"

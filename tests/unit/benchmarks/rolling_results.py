"""Results as a benchmark would give them, made up."""

from __future__ import annotations

from benchmarks.rolling.results import Results, StateSize
from benchmarks.rolling.schedule import cases

SECONDS = {"over": 10.0, "arrival": 2.0, "in_order": 4.0, "quix": 8.0, "read": 1.0}
PERCENTILES = {"p50": 1.0, "p99": 8.0, "p99.9": 20.0, "max": 30.0}


def made_up(load: float = 0.1, *, quick: bool = False, slow_hot_key: float = 1.0) -> Results:
    """Three runs of each case, 0.5 s apart, of 1,000,000 payments."""
    results = Results(
        date="2026-11-25T18:00:00+00:00",
        quick=quick,
        machine={"processor": "a processor", "cores": "2 cores"},
        load=load,
        cores=2,
        versions={"Flink": "2.3.0"},
        rounds=3,
        payments=1_000_000,
        rate=1_000,
        checked={"customer/over": 4_000, "customer/quix": 3_999},
        state=[StateSize(keys=100_000, rows=15, backend="hashmap", bytes=60_000_000)],
    )
    for case in cases():
        seconds = SECONDS.get(case.form, 0.0) * (slow_hot_key if case.group == "hot50" else 1.0)
        timed = [
            {"rows": 1e6, "seconds": seconds + more, "cpu_seconds": 2 * (seconds + more)}
            for more in (0.5, 0.0, -0.5)
        ]
        waited = [{name: value + more for name, value in PERCENTILES.items()} for more in (0.0, 1.0, 2.0)]
        results.runs[case.name] = waited if case.group == "latency" else timed
    return results

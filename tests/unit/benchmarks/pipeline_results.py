"""Results of the whole job as a benchmark would give them, made up."""

from __future__ import annotations

from benchmarks.pipeline.results import Results
from benchmarks.pipeline.schedule import Case, cases

RUNGS = ("10", "100", "1000", "5000", "10000", "quiet")
PERCENTILES = {"p50": 1.0, "p95": 4.0, "p99": 6.0, "p99.9": 20.0, "max": 30.0}
SLOWER = {"quix": 2.0, "redis": 8.0, "bytewax": 4.0, "defaults": 400.0}


def made_up(load: float = 0.1, *, quick: bool = False, slow_hot_key: float = 1.0) -> Results:
    """Three runs of each case: ours at 100,000 payments/s and a p50 of 1 ms, others slower by ``SLOWER``."""
    results = Results(
        date="2026-11-26T08:00:00+00:00",
        quick=quick,
        machine={"processor": "a processor", "cores": "2 cores"},
        cores=2,
        versions={"Flink": "2.3.0"},
        rounds=3,
        checked={"realtime/throughput/hashmap": 4_000, "quix": 3_999},
    )
    for case in cases():
        for more in (0.0, 0.2, 0.4):
            results.add(case.name, _figures(case, more, slow_hot_key), load)
    return results


def _figures(case: Case, more: float, slow_hot_key: float) -> dict[str, float]:
    """Of more keys: a checkpoint of 2 MB and 200 bytes a key, and three payments a key."""
    slower = SLOWER.get(case.profile, SLOWER.get(case.contender, 1.0))
    if case.group == "latency":
        waits = {
            f"{rung}/{name}": slower * value + more for rung in RUNGS for name, value in PERCENTILES.items()
        }
        return {**waits, "left": 0.0}
    if case.group == "hot" and case.variant == "50":
        slower *= slow_hot_key
    keys = int(case.variant) if case.group == "keys" else 0
    return {
        "rows": 100_000,
        "payments": 3 * keys or 125_000,
        "seconds": slower * (1 + more),
        "cpu_seconds": 2 * slower * (1 + more),
        "peak_bytes": 1e9,
        "start_seconds": 10.0,
        "checkpoint_bytes": 2e6 + 200 * keys if keys else 25e6,
        "checkpoint_seconds": 0.5,
    }

"""What a reader calls what was measured."""

from __future__ import annotations

CONTENDERS = {
    "echo": "echo of the broker alone",
    "quix": "Quix Streams",
    "redis": "plain consumer, Redis",
    "bytewax": "Bytewax",
    "spark": "Spark Structured Streaming",
    "duckdb": "DuckDB",
    "pandas": "pandas",
}
BACKENDS = {"hashmap": "heap", "rocksdb": "RocksDB"}
STATE = {"quix": "RocksDB", "redis": "Redis", "bytewax": "memory, SQLite", "spark": "RocksDB"}
MODELS = {"logistic": "logistic regression", "trees100": "100 trees", "trees1000": "1,000 trees"}


def contender(name: str) -> str:
    """Who did a case: ``headrace, low-latency``, ``PyFlink's defaults``, ``Quix Streams``."""
    _, who, *rest = name.split("/")
    if who in CONTENDERS:
        return CONTENDERS[who]
    return "PyFlink's defaults" if rest[0] == "defaults" else f"headrace, {rest[0]}"


def state(name: str) -> str:
    """Where a case keeps its state."""
    _, who, *rest = name.split("/")
    return BACKENDS[rest[1]] if len(rest) > 1 else STATE.get(who, "")


def slots(name: str) -> str:
    """How wide a case runs."""
    parts = name.split("/")
    return parts[4] if len(parts) > 4 else ""  # noqa: PLR2004 -- group, contender, profile, backend, slots


def last(name: str) -> str:
    """What is different from others of its group: model, percent, windows, share."""
    return name.rpartition("/")[2]

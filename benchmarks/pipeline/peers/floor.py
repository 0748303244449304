"""Features over history with DuckDB or pandas, in one process: files of JSON lines in, the same out."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import pandas as pd

from benchmarks.truth import Truth
from benchmarks.windows import WINDOWS

ID = "transaction_id"


def by_duckdb(payments: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """The oracle's own SQL."""
    return Truth(payments.merge(labels[[ID, "fraud"]], on=ID)).features()


def by_pandas(payments: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Rolling windows by group."""
    cents = payments.assign(amount=(payments["amount"] * 100).round())
    customers = _rolled(cents, "customer_id", "amount", "customer_count", "customer_amount_avg")
    verdicts = labels.assign(event_time=labels["available_at"])[["terminal_id", "event_time", "fraud"]]
    both = pd.concat([verdicts, payments.drop(columns="amount")]).sort_values("event_time", kind="stable")
    terminals = _rolled(both, "terminal_id", "fraud", "terminal_count", "terminal_fraud_avg")
    known = (
        terminals[terminals[ID].notna()]
        .astype({ID: "int64"})
        .drop(columns=["terminal_id", "event_time", "fraud"])
    )
    averages = [f"customer_amount_avg_{name}" for name in WINDOWS]
    customers[averages] = customers[averages] / 100
    kept = customers.drop(columns="amount").merge(
        known[[ID, *_names("terminal_count", "terminal_fraud_avg")]], on=ID
    )
    found = payments[[ID, "amount"]].merge(kept, on=ID)
    days, hours = found["event_time"].dt.dayofweek, found["event_time"].dt.hour
    marked: pd.DataFrame = found.assign(is_weekend=days.isin([5, 6]) * 1, is_night=hours.isin(range(7)) * 1)
    return marked


def _rolled(frame: pd.DataFrame, by: str, value: str, count: str, mean: str) -> pd.DataFrame:
    """Count and mean of a value in each window of a key, where there is none 0; ties in the frame's order."""
    ordered: pd.DataFrame = frame.sort_values([by, "event_time"], kind="stable").reset_index(drop=True)
    for name in WINDOWS:
        rolled = ordered.groupby(by, sort=False).rolling(name, on="event_time")[value]
        ordered[f"{count}_{name}"] = rolled.count().to_numpy().astype("int64")
        ordered[f"{mean}_{name}"] = rolled.mean().fillna(0.0).to_numpy()
    return ordered


def _names(*stems: str) -> list[str]:
    return [f"{stem}_{name}" for stem in stems for name in WINDOWS]


WAYS = {"duckdb": by_duckdb, "pandas": by_pandas}


def main() -> None:
    """Compute, and print what it took, reading and writing included."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipeline.peers.floor")
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("--folder", type=Path, required=True, help="has tables/, with history and labels")
    asked = parser.parse_args()
    tables = asked.folder / "tables"
    began, cpu = time.perf_counter(), time.process_time()
    payments = _read(tables / "transactions_history")
    found = WAYS[asked.way](payments, _read(tables / "labels"))
    found.to_json(
        tables / "training_features" / "rows.jsonl", orient="records", lines=True, date_format="iso"
    )
    said = {"seconds": time.perf_counter() - began, "cpu_seconds": time.process_time() - cpu}
    sys.stdout.write(json.dumps(said) + "\n")


def _read(folder: Path) -> pd.DataFrame:
    frame = pd.read_json(next(folder.glob("*.jsonl")), lines=True)
    times = [name for name in ("event_time", "available_at") if name in frame]
    read: pd.DataFrame = frame.assign(**{name: pd.to_datetime(frame[name], utc=True) for name in times})
    return read


if __name__ == "__main__":
    main()

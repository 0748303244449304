"""Costs and profiles for tests."""

from __future__ import annotations

from headrace.planning.calibration import Calibration
from headrace.planning.inference import Inference
from headrace.planning.prediction import JobCost, Load
from headrace.planning.profile import Bundling, Profile

MODEL = Inference("m-1", 20e-6, {1: 30e-6, 10: 50e-6, 100: 200e-6}, 100e-6, 0.01, 5_000_000)


def cost(slot: float = 100e-6, cpu: float = 150e-6, path: float = 2e-3, loaded: float = 3e-3) -> JobCost:
    quiet, busy = ((each, 2 * each, 5 * each) for each in (path, loaded))
    return JobCost(slot, cpu, (Load(100.0, 0.01, quiet), Load(2_500.0, 0.25, busy)), 0.02)


def profile(name: str = "live", seconds: float = 1e-3, rows: int = 1_000, *, by_row: bool = False) -> Profile:
    return Profile(name, Bundling(by_row, rows, 0.0 if by_row else seconds), 0.0, 1.0, {})


def calibration(name: str = "live", **changed: float) -> Calibration:
    found = cost(**changed)
    return Calibration(
        profile=name,
        digest="0" * 64,
        measured="2026-11-25T00:00:00+00:00",
        seconds=90.0,
        load=0.1,
        slot_seconds=found.slot_seconds,
        cpu_seconds=found.cpu_seconds,
        loads=found.loads,
        checkpoint_seconds=found.checkpoint_seconds,
        state_bytes=100.0,
        events=1_000,
        keys=50,
        jvm_bytes=500 * 2**20,
        worker_bytes=150 * 2**20,
    )

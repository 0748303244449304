"""How much memory a task manager should have for a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.planning.quantities import bytes_of, mebibytes

if TYPE_CHECKING:
    from headrace.planning.choice import Option
    from headrace.planning.inference import Inference

COPIES = 2
"""State on the heap is held twice where it changes while a checkpoint is written."""
MANAGED, PROCESS = "taskmanager.memory.managed.size", "taskmanager.memory.process.size"


@dataclass(frozen=True)
class Memory:
    """Bytes for one task manager that has all slots of the job.

    Attributes:
        java: what the job's Java process had in memory while it was calibrated.
        workers: Python workers with the model, one a slot; in thread mode they are part of Java, but for the model.
        managed: what the profile sets aside for them and for RocksDB, or as much as they need if that is more.
        state: of all keys, on the heap; 0 when it was not asked how many there are.
    """

    java: float
    workers: float
    managed: float
    state: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.java + self.managed + self.state

    @property
    def options(self) -> dict[str, str]:
        """What a cluster is given; Flink counts Python workers among managed memory."""
        return {
            MANAGED: mebibytes(self.managed),
            PROCESS: mebibytes(self.total),
        }


def memory_for(option: Option, model: Inference, keys: int | None, events_a_key: float) -> Memory:
    """Memory for a job.

    Args:
        option: how it is run.
        model: what scores.
        keys: that its state is to hold, if that is known.
        events_a_key: that it holds of each.
    """
    found, slots = option.calibration, option.wish.parallelism
    workers = slots * (found.worker_bytes + model.memory)
    managed = max(workers, bytes_of(option.profile.options.get(MANAGED, "0m")))
    state = (keys or 0) * events_a_key * found.state_bytes * COPIES
    return Memory(found.jvm_bytes, workers, managed, state)

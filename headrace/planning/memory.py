"""How much memory a task manager should have for a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.planning.quantities import mebibytes

if TYPE_CHECKING:
    from headrace.planning.calibration import Calibration
    from headrace.planning.inference import Inference

COPIES = 2
"""State on the heap is held twice where it changes while a checkpoint is written."""
MANAGED, PROCESS = "taskmanager.memory.managed.size", "taskmanager.memory.process.size"


@dataclass(frozen=True)
class Memory:
    """Bytes for one task manager that has all slots of the job.

    Attributes:
        java: what the job's Java process had in memory while it was calibrated.
        workers: a Python worker a slot, each with the model.
        state: of all keys, on the heap; 0 when it was not asked how many there are.
    """

    java: float
    workers: float
    state: float

    @property
    def options(self) -> dict[str, str]:
        """What a cluster is given; Flink counts Python workers among managed memory."""
        return {
            MANAGED: mebibytes(self.workers),
            PROCESS: mebibytes(self.java + self.workers + self.state),
        }


def memory_for(
    calibration: Calibration, model: Inference, slots: int, keys: int | None, events_a_key: float
) -> Memory:
    """Memory for a job.

    Args:
        calibration: of its profile.
        model: what scores.
        slots: its parallelism.
        keys: that its state is to hold, if that is known.
        events_a_key: that it holds of each.
    """
    state = (keys or 0) * events_a_key * calibration.state_bytes * COPIES
    return Memory(calibration.jvm_bytes, slots * (calibration.worker_bytes + model.memory), state)

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.planning.profile import profile_of, profiles

if TYPE_CHECKING:
    from pathlib import Path

EVERY_SECOND = {"execution.checkpointing.interval": "1 s"}


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ({"python.fn-execution.bundle.time": "200", "execution.buffer-timeout.interval": "0 ms"}, 0.2),
        ({"python.fn-execution.bundle.time": "1", "execution.buffer-timeout.interval": "5 ms"}, 0.006),
        ({"python.execution-mode": "thread", "execution.buffer-timeout.interval": "0 ms"}, 0.0),
        ({"python.fn-execution.bundle.size": "1", "execution.buffer-timeout.interval": "0"}, 0.0),
        ({}, 1.1),
    ],
)
def test_what_an_event_waits_for_by_itself_is_said_by_options(
    options: dict[str, str], seconds: float
) -> None:
    assert profile_of("p", {**EVERY_SECOND, **options}).waiting == pytest.approx(seconds)


def test_thread_mode_scores_row_by_row() -> None:
    assert profile_of("p", {**EVERY_SECOND, "python.execution-mode": "thread"}).bundling.by_row


def test_configurations_of_clusters_are_no_profiles_of_jobs(root: Path) -> None:
    found = {each.name: each for each in profiles(root)}
    assert {"low-latency", "throughput"} <= found.keys()
    assert "cluster" not in found
    assert found["low-latency"].waiting < found["throughput"].waiting

from __future__ import annotations

import pytest

from benchmarks.threads import BROKER, OTHER, PYTHON, Step, Taken, Thread, between, report, role

JAVA = "/usr/bin/java -Xmx2g PythonGatewayServer"


@pytest.mark.parametrize(
    ("command", "thread", "said"),
    [
        ("/usr/bin/java -cp x kafka.Kafka server.properties", "data-plane-kafk", BROKER),
        (JAVA, "C2 CompilerThre", "Java's compilers"),
        (JAVA, "Source: KafkaSo", "sources: reading, rules"),
        (JAVA, "Source Data Fet", "fetching from Kafka"),
        (JAVA, "Checkpoint Time", OTHER),
        ("python -m benchmarks.threads", "rdk:broker1", PYTHON),
    ],
)
def test_a_thread_is_known_by_its_process_and_the_beginning_of_its_name(
    command: str, thread: str, said: str
) -> None:
    assert role(command, thread) == said


def test_the_report_begins_with_who_takes_most_and_ends_with_what_came_of_it() -> None:
    slow = {OTHER: Taken(1e-6, 0.0), BROKER: Taken(250e-6, 100e-6)}
    fast = {OTHER: Taken(1e-6, 2e-6), BROKER: Taken(75e-6, 80e-6)}
    lines = report([Step(1_000, 1.14, 11.0, slow), Step(5_000, 547.0, 1_073.2, fast)]).splitlines()
    assert lines[2:] == [
        "| broker | 250 (100) | 75 (80) |",
        f"| {OTHER} | 1 (0) | 1 (2) |",
        "| all | 251 (100) | 76 (82) |",
        "| p50, p99 meanwhile, ms | 1.1, 11.0 | 547.0, 1,073.2 |",
    ]


def test_between_two_looks_threads_count_by_what_they_are_there_for() -> None:
    one, two, ended, new = Thread(1, BROKER), Thread(2, BROKER), Thread(3, OTHER), Thread(4, OTHER)
    before = {one: Taken(1.0, 0.5), two: Taken(2.0, 0.0), ended: Taken(9.0, 9.0)}
    after = {one: Taken(1.5, 0.75), two: Taken(2.25, 0.0), new: Taken(0.25, 0.0)}
    assert between(before, after) == {BROKER: Taken(0.75, 0.25), OTHER: Taken(0.25, 0.0)}

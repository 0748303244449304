"""One payment through the job ingest on a broker, run as a user runs it, and all that others can see of it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.request import urlopen

from confluent_kafka import Consumer

from headrace.cluster.ports import wait_until
from tests.shell import shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headrace.connectors.kafka import KafkaTable

MESSAGE = (
    b'{"transaction_id": 1, "event_time": "2018-04-01T10:00:00Z",'
    b' "customer_id": 2, "terminal_id": 3, "amount": 4.5}'
)
SEEN_BY_ANYBODY = ("/jobs/{0}", "/jobs/{0}/config", "/jobs/{0}/plan", "/jobmanager/config", "/config")
PATIENCE_SECONDS = 300.0


@contextmanager
def running(job: str, environment: str, folder: Path, *more: str) -> Iterator[Path]:
    """``headrace run`` in a process of its own, ended as by Ctrl-C; gives the file of what it prints."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "headrace", "run", job, "--environment", environment]
    options = ["--profile", "low-latency", "--data", str(folder / "data")]
    printed = folder / "printed"
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options, *more], env=shell(), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield printed
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_SECONDS)


def first(table: KafkaTable) -> bytes:
    """The value of the first record of a topic, once it is there."""
    (found,) = values(table, 1)
    return found


def values(table: KafkaTable, count: int) -> list[bytes]:
    """The values of the first committed records of a topic, once they are there."""
    options = {"group.id": "test", "auto.offset.reset": "earliest", "isolation.level": "read_committed"}
    reader = Consumer({**table.client(), **options})
    reader.subscribe([table.topic])
    found: list[bytes] = []

    def _came() -> bool:
        taken = reader.consume(count - len(found), timeout=0.5)
        found.extend(bytes(record.value()) for record in taken if not record.error())
        return len(found) == count

    try:
        wait_until(_came, PATIENCE_SECONDS, f"not {count} records came to {table.topic}")
    finally:
        reader.close()
    return found


def logs(folder: Path) -> str:
    """What the job logged."""
    return "".join(path.read_text(errors="replace") for path in (folder / "data" / "logs").glob("*"))


def seen_by_anybody(printed: Path) -> str:
    """What the job printed, and what the web UI shows of it."""
    said = printed.read_text()
    return said + "".join(_pages(said))


def _pages(printed: str) -> Iterator[str]:
    address = re.search(r"http://127\.0\.0\.1:\d+", printed)
    assert address, printed
    overview = _read(f"{address.group()}/jobs/overview")
    yield overview
    job = re.search(r'"jid":"([0-9a-f]{32})"', overview)
    assert job, overview
    for page in SEEN_BY_ANYBODY:
        yield _read(address.group() + page.format(job.group(1)))


def _read(address: str) -> str:
    with urlopen(address, timeout=30) as answer:  # noqa: S310 -- our own mini-cluster
        return str(answer.read().decode())

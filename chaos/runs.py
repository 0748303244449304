"""The realtime job on topics of its own, and the events that it is given."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable

from chaos.observed import Observer
from headrace.cluster.ports import wait_until
from headrace.cluster.submission import Submission
from headrace.cluster.submitter import Submitter
from headrace.connectors.kafka import create_topics, tables_of
from headrace.connectors.recorded import Producer, Record, records
from headrace.runtime.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from headrace.cluster.local import LocalCluster
    from headrace.connectors.kafka import KafkaTable

RAW = "transactions_raw"
PARTITIONS = 2
FLUSH_SECONDS = 2.0
PATIENCE_SECONDS = 240.0


@dataclass
class JobRun:
    """One run of the realtime job, on topics with a prefix of its own.

    Args:
        cluster: where it runs.
        archive: the suite, packed.
        model: the artifact that scores; or a deployment log.
        name: of the job, and of its topics.
        delivery: ``exactly-once`` or ``at-least-once``.
        scored_by: what ``model`` is: ``--model`` or ``--deployments``.
    """

    cluster: LocalCluster
    archive: Path
    model: Path
    name: str
    delivery: str = "exactly-once"
    scored_by: str = "--model"

    @property
    def prefix(self) -> str:
        """Of its topics."""
        return f"{self.name}."

    @property
    def raw(self) -> KafkaTable:
        """The table of messages."""
        return self._tables()[RAW]

    def submission(self, *options: str) -> Submission:
        """What is submitted."""
        values = [part for name, value in self._values().items() for part in ("--set", f"{name}={value}")]
        places = ["--environment", "kafka", "--profile", "low-latency", self.scored_by, str(self.model)]
        flink = (*(options or ("-p", "1")), f"-Dpipeline.name={self.name}")
        return Submission("realtime", self.name, str(self.archive), flink, (*places, *values))

    def start(self) -> None:
        """Create its topics, submit it, wait until it is at work."""
        create_topics(self._tables().values(), PARTITIONS)
        Submitter(self.cluster).submit(self.submission())

    def cancel(self) -> None:
        """End it without a savepoint."""
        monitor = self.cluster.monitor
        monitor.cancel(monitor.find(self.name)["jid"])

    def observer(self) -> Observer:
        """A reader of its results, as its delivery wants them read."""
        isolation = "read_committed" if self.delivery == "exactly-once" else "read_uncommitted"
        return Observer(self.cluster.bootstrap_servers, self.prefix, isolation)

    def _values(self) -> dict[str, str]:
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.cluster.bootstrap_servers,
            "KAFKA_TOPIC_PREFIX": self.prefix,
            "KAFKA_DELIVERY": self.delivery,
        }

    def _tables(self) -> dict[str, KafkaTable]:
        return tables_of(Suite(self.cluster.root), "kafka", "fraud", self._values())


@dataclass
class Stream:
    """Sends messages to several runs, at a rate, until it is told to end.

    Args:
        rows: of a recorded log.
        runs: who gets them, all of them the same.
        rate: messages a second.
        sent: how many each was sent.
    """

    rows: Sequence[dict[str, Any]]
    runs: list[JobRun]
    rate: float
    sent: int = field(default=0, init=False)
    _over: threading.Event = field(default_factory=threading.Event, init=False)
    _threads: list[threading.Thread] = field(default_factory=list, init=False)
    _failures: list[BaseException] = field(default_factory=list, init=False)
    _held: threading.Event = field(default_factory=threading.Event, init=False)

    def between(self, happen: Callable[[], object]) -> None:
        """Let something happen while no message is on its way.

        A message on its way to a broker that is killed was once acknowledged and is not in the log: what the producer
        and a broker without replicas lose is not what is tried here.
        """
        self._held.set()
        time.sleep(FLUSH_SECONDS)
        happen()
        self._held.clear()

    def begin(self) -> None:
        """Begin to send."""
        self._threads = [threading.Thread(target=self._send, args=[run], daemon=True) for run in self.runs]
        for thread in self._threads:
            thread.start()

    def end(self) -> int:
        """End, and wait until the broker has all of it; returns how many messages that are for each run."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        if self._failures:
            raise self._failures[0]
        return self.sent

    def _send(self, run: JobRun) -> None:
        try:
            Producer(run.raw, self.rate).send(self._turns(run))
        except BaseException as error:  # noqa: BLE001 -- raised again by end()
            self._failures.append(error)

    def _turns(self, run: JobRun) -> Iterator[Record]:
        """The first run decides when to end; the others are sent as many."""
        for number, record in enumerate(records(run.raw, self.rows, "customer_id")):
            if run is self.runs[0]:
                while self._held.is_set():
                    time.sleep(0.02)
                if self._over.is_set():
                    return
                self.sent = number + 1
            elif not self._wait_for(number):
                return
            yield record

    def _wait_for(self, number: int) -> bool:
        while self.sent <= number:
            if self._over.is_set() and not self._threads[0].is_alive():
                return self.sent > number  # it may have sent its last one since the look above
            time.sleep(0.02)
        return True


def wait_for_answers(observer: Observer, messages: int) -> None:
    """Wait until each message has become a transaction or a dead letter, and each transaction a prediction."""

    def _answered() -> bool:
        accepted, refused = observer.count("transactions"), observer.count("dead_letters")
        return accepted + refused >= messages and observer.count("predictions") >= accepted

    wait_until(_answered, PATIENCE_SECONDS, f"not all of {messages} messages were answered")

"""A job at work on a broker of its own, ready to be put under load; all of it is gone afterwards."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import psutil

from headrace.cluster.daemon import start_daemon
from headrace.cluster.ports import HOST, free_ports, wait_until
from headrace.cluster.standalone import running_broker
from headrace.connectors.kafka import create_topics, tables_of
from headrace.demo.summary import PREDICTIONS
from headrace.errors import HeadraceError
from headrace.planning.feed import recorded_feed
from headrace.planning.ladder import Route
from headrace.planning.latency import Session
from headrace.planning.subject import Subject
from headrace.runtime.job import load_job
from headrace.runtime.rest import JobMonitor, ask
from headrace.runtime.suite import Suite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from headrace.cluster.daemon import Daemon
    from headrace.connectors.kafka import KafkaTable
    from headrace.planning.feed import Dated, Feed

PARTITIONS = 4
STARTED_SECONDS = 300.0
BROKER, PREFIX, DELIVERY = "KAFKA_BOOTSTRAP_SERVERS", "KAFKA_TOPIC_PREFIX", "KAFKA_DELIVERY"
_LAST_WORDS = 2_000
INSIDE_A_FUNCTION = "PYFLINK_GATEWAY_DISABLED"
"""Set by PyFlink in a process that has run functions itself; a job can not be started from one that inherits it."""


@dataclass(frozen=True)
class Course:
    """The job that is put under load, and the events that do it.

    Attributes:
        root: the suite.
        job: a module in jobs/ that makes predictions of raw events.
        environment: a folder under connectors/ with all its tables on topics.
        raw: the contract that the job reads its events from.
        recorded: the folder with a recorded log of it.
        key: the field of an event that decides its partition.
        id: the field with its id, in an event and in its prediction.
        dated: as in `headrace.planning.feed.Feed`.
    """

    root: Path
    job: str
    environment: str
    raw: str
    recorded: Path
    key: str
    id: str
    dated: Dated

    def tables(self, values: Mapping[str, str]) -> dict[str, KafkaTable]:
        """The job's tables on topics, by contract.

        Raises:
            HeadraceError: when the raw events, or the predictions, are on none.
        """
        use_case = load_job(self.root, self.job).use_case
        tables = tables_of(Suite(self.root), self.environment, use_case, {**values, "HEADRACE_JOB": self.job})
        for name in (self.raw, PREDICTIONS):
            if name not in tables:
                raise HeadraceError(f"{name} stands on no topic in {self.environment}", "Pass --environment.")
        return tables

    def feed(self) -> Feed:
        """Events without end.

        Raises:
            HeadraceError: when nothing was recorded.
        """
        values = {BROKER: "", PREFIX: "", DELIVERY: ""}
        return recorded_feed(self.tables(values)[self.raw], self.recorded, self.key, self.id, self.dated)


@dataclass(frozen=True)
class Setting:
    """How the job is run.

    Attributes:
        profile: a folder under flink-conf/.
        model: folder of the artifact that scores.
        delivery: ``exactly-once`` or ``at-least-once``.
        options: Flink options that win over the profile.
    """

    profile: str
    model: Path
    delivery: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """A job at work.

    Attributes:
        session: sends and receives.
        daemon: the job's process.
        address: of its REST interface.
    """

    session: Session
    daemon: Daemon
    address: str

    def cpu_seconds(self) -> float:
        """Seconds of a core that this process and all it started have used: job, workers, broker, load."""
        return sum(sum(each.cpu_times()[:2]) for each in _family(psutil.Process()))

    def resident(self, program: str) -> int:
        """Bytes in memory of the largest process of the job with such a name; 0 when there is none."""
        sizes = [0]
        for each in _family(psutil.Process(self.daemon.process.pid))[1:]:
            with suppress(psutil.NoSuchProcess):
                if each.name().startswith(program):
                    sizes.append(each.memory_info().rss)
        return max(sizes)

    def wait_until_at_work(self) -> None:
        """Wait until all of the job's steps run.

        Raises:
            HeadraceError: when it ended, or they do not within `STARTED_SECONDS`.
        """
        wait_until(self._is_at_work, STARTED_SECONDS, "the job did not come up")

    def _is_at_work(self) -> bool:
        self.require_alive()
        job = self._job()
        return bool(job) and bool(JobMonitor(self.address, job).rows_moved())

    def _job(self) -> str:
        jobs = ask(self.address, "/jobs").get("jobs", [])
        return str(jobs[0]["id"]) if jobs else ""

    def checkpoints(self) -> dict[str, Any]:
        """What the job says of its checkpoints; empty when it does not answer."""
        job = self._job()
        return dict(ask(self.address, f"/jobs/{job}/checkpoints")) if job else {}

    def require_alive(self) -> None:
        """Go on only while the job runs.

        Raises:
            HeadraceError: with its last words, when it has ended.
        """
        if not self.daemon.is_alive:
            said = self.daemon.output.read_text(encoding="utf-8", errors="replace")[-_LAST_WORDS:]
            raise HeadraceError(f"the job ended under load:\n{said}")


@contextmanager
def trial(course: Course, setting: Setting) -> Iterator[Trial]:
    """A job at work on topics of its own, which are empty.

    Raises:
        HeadraceError: when broker or job can not be started.
    """
    with TemporaryDirectory(prefix="headrace-plan-") as scratch:
        folder = Path(scratch)
        with running_broker(course.root, folder / "broker") as broker:
            values = {BROKER: broker.address, PREFIX: "plan.", DELIVERY: setting.delivery}
            tables = course.tables(values)
            create_topics(tables.values(), PARTITIONS)
            topics = tables[course.raw].topic, tables[PREDICTIONS].topic
            route = Route(broker.address, *topics, course.id, PARTITIONS)
            (port,) = free_ports(1)
            daemon = _started(_subject(course, setting, folder, port, values), folder)
            try:
                with Session(route) as session:
                    running = Trial(session, daemon, f"http://{HOST}:{port}")
                    running.wait_until_at_work()
                    yield running
            finally:
                daemon.kill()


def _subject(course: Course, setting: Setting, folder: Path, port: int, values: dict[str, str]) -> Subject:
    return Subject(
        root=str(course.root),
        job=course.job,
        environment=course.environment,
        profile=setting.profile,
        model=str(setting.model.resolve()),
        folder=str(folder / "tables"),
        ui_port=port,
        values=values,
        options=dict(setting.options),
    )


def _started(subject: Subject, folder: Path) -> Daemon:
    Path(subject.folder).mkdir()
    inherited = {name: value for name, value in os.environ.items() if name != INSIDE_A_FUNCTION}
    environment = {**inherited, "PYTHONPATH": os.pathsep.join(filter(None, _python_path(subject.root)))}
    return start_daemon("job", subject.write(folder / "subject.json"), environment, folder / "job.out")


def _python_path(root: str) -> list[str]:
    return [root, os.environ.get("PYTHONPATH", "")]


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]

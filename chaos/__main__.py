"""The long form: every fault several times, on a cluster of its own, with a table at the end. ``make chaos``."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from chaos.events import recorded_log
from chaos.faults import Faults
from chaos.full_disk import FullDisk
from chaos.runs import JobRun, Stream
from chaos.story import Fault, Story, calm, lost_and_doubled, play
from headrace.cluster.archive import pack_suite
from headrace.cluster.local import LocalCluster
from headrace.cluster.ports import free_ports
from headrace.cluster.submitter import Submitter, UpgradeError
from headrace.errors import HeadraceError
from headrace.runtime.run import make_importable
from headrace.runtime.suite import find_root
from tests.artifact import make_artifact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chaos.observed import Seen

DELIVERIES = {"once": "exactly-once", "fast": "at-least-once"}
PORTS = ("web_ui", "kafka", "controller", "zookeeper", "sql_gateway")
LONG_PAUSE_SECONDS = 15.0
PAUSE_SECONDS = 5.0
SILENCE_SECONDS = 10.0
CONSOLE = Console(stderr=True)


@dataclass(frozen=True)
class Experiment:
    """A cluster, and two runs on it.

    Attributes:
        cluster: up.
        runs: at work, one of each delivery.
        disk: where checkpoints go.
        stream: what the runs are sent.
    """

    cluster: LocalCluster
    runs: list[JobRun]
    disk: FullDisk
    stream: Stream

    def faults(self, rounds: int, only: Sequence[str]) -> list[Fault]:
        """Those whose names hold one of some words, or all of them; several times over."""
        harm = Faults(self.cluster)
        once = [
            Fault("Python worker, kill -9", harm.kill_worker),
            Fault("task manager, kill -9", harm.kill_task_manager),
            Fault("job manager, kill -9", harm.kill_job_manager),
            Fault("broker, kill -9", lambda: self.stream.between(harm.kill_broker)),
            Fault("broker paused 5 s", lambda: harm.pause_broker(PAUSE_SECONDS)),
            Fault("broker paused 15 s", lambda: harm.pause_broker(LONG_PAUSE_SECONDS)),
            Fault("producer stops 10 s", lambda: self.stream.between(lambda: time.sleep(SILENCE_SECONDS))),
            Fault("stop and resume", self._restart),
            Fault("upgrade by savepoint", self._upgrade),
            Fault("upgrade that fails", self._failed_upgrade),
            *([Fault("disk full 10 s", self.disk.fill_for_a_while)] if self.disk.is_limited else []),
        ]
        return [fault for fault in once if not only or any(word in fault.name for word in only)] * rounds

    def _restart(self) -> None:
        submitter = Submitter(self.cluster)
        for run in self.runs:
            submitter.stop(run.name)
            submitter.resume(run.name)

    def _upgrade(self) -> None:
        for run in self.runs:
            Submitter(self.cluster).upgrade(run.submission("-p", "1"))

    def _failed_upgrade(self) -> None:
        for run in self.runs:
            broken = JobRun(run.cluster, run.archive, run.model / "none", run.name, run.delivery)
            with suppress(UpgradeError):
                Submitter(self.cluster).upgrade(broken.submission())


def main() -> int:
    """Run it; returns 1 when something was lost, doubled or differed."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    disk = FullDisk(folder / "checkpoints")
    cluster = LocalCluster(folder / "cluster", find_root(None))
    try:
        disk.mount()
        layout = {**dict(zip(PORTS, free_ports(len(PORTS)))), "task_managers": 2, "slots": 2}
        cluster.up(layout, {"execution.checkpointing.dir": disk.folder.as_uri()})
        code = _report(*_played(cluster, disk, folder, asked))
    except HeadraceError as error:
        _keep_logs(cluster, error)
        code = error.exit_code
    finally:
        cluster.down()
        disk.unmount()
        shutil.rmtree(folder, ignore_errors=True)
    return code


def _keep_logs(cluster: LocalCluster, error: HeadraceError) -> None:
    """What is needed to find out why: what each job said last, and the logs of all processes."""
    kept = Path(tempfile.mkdtemp(prefix="chaos-logs-"))
    for job, part in product(cluster.monitor.jobs(), ("", "/exceptions", "/checkpoints")):
        said = cluster.monitor.get(f"/jobs/{job['jid']}{part}")
        name = f"{job['name']}-{job['jid']}{part.replace('/', '-')}.json"
        (kept / name).write_text(json.dumps(said, indent=2), encoding="utf-8")
    shutil.copytree(cluster.folder / "log", kept / "log")
    CONSOLE.print(f"error: {error}\nlogs are in {kept}", style="red", markup=False)


def _played(
    cluster: LocalCluster, disk: FullDisk, folder: Path, asked: argparse.Namespace
) -> tuple[Story, list[Seen]]:
    archive = pack_suite(cluster.root, folder / "suites")
    make_importable(cluster.root)
    model, rows = make_artifact(folder / "fraud-test"), recorded_log(folder, asked.days)
    runs = [JobRun(cluster, archive, model, name, DELIVERIES[name]) for name in asked.runs]
    for run in runs:
        run.start()
    stream = Stream(rows, runs, asked.rate)
    experiment = Experiment(cluster, runs, disk, stream)
    story = play(runs, stream, experiment.faults(asked.rounds, asked.only), tell=_tell)
    for run in runs:
        run.cancel()
    quiet = JobRun(cluster, archive, model, "calm")
    return story, calm(quiet, rows, story.messages)


def _tell(what: str) -> None:
    CONSOLE.print(what, markup=False, soft_wrap=True)


def _report(story: Story, expected: Sequence[Seen]) -> int:
    console = Console()
    outages = Table("fault", *(f"{name}: longest silence, s" for name in story.seen), title="outages")
    for outage in story.outages:
        outages.add_row(outage.fault, *(f"{outage.seconds[name]:.1f}" for name in story.seen))
    console.print(outages)
    verdict = Table("delivery", "messages", "lost", "came again", "of them different", title="results")
    counts = {name: lost_and_doubled(seen, expected) for name, seen in story.seen.items()}
    for name, numbers in counts.items():
        verdict.add_row(name, f"{story.messages:,}", *map(str, numbers))
    console.print(verdict)
    lost_or_different = any(lost or different for lost, _, different in counts.values())
    return int(lost_or_different or counts.get("once", (0, 0))[1] > 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2, help="how often each fault happens")
    parser.add_argument("--rate", type=float, default=50.0, help="messages a second")
    parser.add_argument(
        "--days", type=int, default=14, help="days of the benchmark that messages are taken from"
    )
    parser.add_argument(
        "--only", nargs="*", default=[], help="words: only faults whose names hold one of them"
    )
    parser.add_argument(
        "--runs",
        nargs="+",
        choices=DELIVERIES,
        default=list(DELIVERIES),
        help="once: with transactions; fast: without; both at once share the machine",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

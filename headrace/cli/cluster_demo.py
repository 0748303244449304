"""``headrace cluster up --demo``: a demo's events through its live job, on a cluster that was just started."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.cli import console, options
from headrace.cli.produce import produce
from headrace.cli.progress import Bars, watch
from headrace.cli.run import newest_model
from headrace.cli.submit import DEFAULT_ENVIRONMENT, resume, submit
from headrace.cli.topics import topics
from headrace.cluster.submitter import Submitter
from headrace.connectors.kafka import tables_of
from headrace.connectors.recorded import count_records
from headrace.runtime.folders import create_folder
from headrace.runtime.job import load_job
from headrace.runtime.suite import Suite

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.cluster.local import LocalCluster
    from headrace.demo.story import Demo


@dataclass(frozen=True)
class ClusterDemo:
    """One demo on one cluster: what a person would type, done and shown.

    Args:
        demo: what is played.
        cluster: where; it is up.
        data: holds the demo's tables and its model; made, with the little data of ``headrace demo --quick``, when they
            are not there.
        rate: raw events a second; as fast as it goes if 0.
    """

    demo: Demo
    cluster: LocalCluster
    data: Path
    rate: float

    def play(self) -> None:
        """Data, model, topics, past, job, raw events; Ctrl-C only ends the sending.

        Raises:
            HeadraceError: whatever keeps a step from being done.
        """
        model, job = self._model(), load_job(self.cluster.root, self.demo.live)
        if any(running["name"] == job.name for running in self.cluster.monitor.running()):
            _say(f"{job.name} is at work already: events that it has had go to dead letters as duplicates")
        elif Submitter(self.cluster).submissions.find(job.name):
            self._say_command("resume", self.demo.live)
            resume(self.demo.live, cluster=self.cluster.folder, root=str(self.cluster.root))
        else:
            self._submit(model, job.use_case)
        _say(self._what_to_look_at())
        try:
            self._produce(self.demo.raw, job.use_case, self.demo.key, self.rate)
        except KeyboardInterrupt:
            _say("no more events are sent; cluster and job go on")

    def _submit(self, model: Path, use_case: str) -> None:
        root = str(self.cluster.root)
        self._say_command("topics", use_case, "--create")
        topics(use_case, create=True, cluster=self.cluster.folder, root=root)
        for table in self.demo.known:
            self._produce_once(table, use_case)
        self._say_command("submit", self.demo.live, "--model", str(model))
        submit(self.demo.live, model, data=self.data, cluster=self.cluster.folder, root=root)

    def _model(self) -> Path:
        found = newest_model(self.data / "models")
        if found and (self.data / self.demo.raw).is_dir():
            return found
        from headrace.demo.play import Stage, trained

        create_folder(self.data)
        bars = Bars()
        stage = Stage(self.cluster.root, self.data, True, bars, watch, _say)
        try:
            _say("data: history, labels, and some live days of raw events with dirt")
            periods = self.demo.build(self.data, True, bars)
            bars.close()
            _say("a model, from features of the history by the streaming job")
            return trained(self.demo, stage, periods).path
        finally:
            bars.close()

    def _produce_once(self, table: str, use_case: str) -> None:
        """The past counts as often as it is sent: it passes no deduplication."""
        options.use_broker_of(self.cluster.folder)
        topic = tables_of(Suite(self.cluster.root), DEFAULT_ENVIRONMENT, use_case, {})[table]
        held = count_records(topic)
        if held:
            _say(f"{topic.topic} holds {held:,} records already: {table} is not sent again")
        else:
            self._produce(table, use_case)

    def _produce(self, table: str, use_case: str, key: str = "", rate: float = 0) -> None:
        self._say_command(
            "produce", table, *(["--key", key] if key else []), *([f"--rate={rate:g}"] if rate else [])
        )
        produce(
            table,
            use_case,
            key,
            rate,
            cluster=self.cluster.folder,
            data=self.data,
            root=str(self.cluster.root),
        )

    def _say_command(self, name: str, *arguments: str) -> None:
        data = ["--data", str(self.data)] if name in {"produce", "submit"} else []
        _say(f"$ {shlex.join(['headrace', name, *arguments, *data])}{self._at('cluster')}")

    def _what_to_look_at(self) -> str:
        select = 'headrace sql --query "SELECT * FROM {name}"'
        asked = [f"  {select.format(name=name)}{self._at('cluster')}" for name in self.demo.results]
        return "\n".join(
            [
                f"\nweb UI {self.cluster.monitor.address}; rows as they come, until Ctrl-C:",
                *asked,
                f"jobs: headrace jobs{self._at('cluster')}; the end: headrace cluster down{self._at('folder')}\n",
            ]
        )

    def _at(self, option: str) -> str:
        """How another command finds this cluster; nothing needs to be said where it looks by itself."""
        known = {str(options.DEFAULT_CLUSTER), os.environ.get("HEADRACE_CLUSTER")}
        folder = str(self.cluster.folder)
        return "" if folder in known else f" --{option} {shlex.quote(folder)}"


def _say(sentence: str) -> None:
    console.err.print(sentence, markup=False, soft_wrap=True)

"""Swaps versions while events flow, then plays the same events again and compares: nobody can tell which was which."""

from __future__ import annotations

import json
import time
from base64 import b64decode
from dataclasses import replace
from datetime import datetime, timezone
from itertools import islice
from typing import TYPE_CHECKING, Any

from headrace.cluster.ports import wait_until
from headrace.demo.play import trained
from headrace.demo.summary import DEAD, PREDICTIONS
from headrace.demo.swapped import compared
from headrace.deployments import commands
from headrace.deployments.author import Author
from headrace.deployments.commands import Wish, target
from headrace.deployments.store import Folder
from headrace.deployments.timing import MARGIN, TIMING
from headrace.errors import HeadraceError
from headrace.inbox.drop import drop
from headrace.inbox.gate import Gate
from headrace.inbox.inbox import Inbox
from headrace.models.definition import load_definition
from headrace.runtime.folders import flink_path
from headrace.runtime.job import DEPLOYMENTS, load_job
from headrace.runtime.run import Run, start
from headrace.tables.database import lines_of, table_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from headrace.demo.play import Stage
    from headrace.demo.story import Demo
    from headrace.demo.swapped import Swapped
    from headrace.deployments.record import Record
    from headrace.models.artifact import Artifact
    from headrace.runtime.run import RunningJob

LOG = "deployments"
REPLAY = "replay"
EVENTS_A_SECOND = 50
CANARY_SHARE = 0.3
BETWEEN_SECONDS = (TIMING.lead + MARGIN) // 1000 + 6
"""So that each record has been in force for some seconds before the next one is written."""
SETTLE_SECONDS = 1.0
"""Every file of the demo is renamed into place: there is little to wait for."""
PATIENCE_SECONDS = 120.0
LOOK = "The job's log is in <data>/logs."


class _Deployments:
    """The log of the demo, with what is done to it while events flow."""

    def __init__(self, folder: Path, champion: Artifact, challenger: Artifact) -> None:
        self._author = Author(Folder(folder))
        self._champion = target(str(champion.path), str(folder))
        self._challenger = target(str(challenger.path), str(folder))

    def begin(self) -> Record:
        return self._publish(lambda _: commands.deploy(self._champion, _wish("first version")))

    def steps(self) -> list[tuple[str, Callable[[], Record]]]:
        share = f"{CANARY_SHARE:.0%}"
        log, name = self._publish, self._challenger.version
        return [
            (
                f"canary: {name} for {share} of the keys",
                lambda: log(
                    lambda seen: commands.canary(seen, self._challenger, CANARY_SHARE, _wish("try it"))
                ),
            ),
            (
                f"promote: {name}",
                lambda: log(lambda seen: commands.promote(seen, name, _wish("nothing odd"))),
            ),
            ("roll back", lambda: log(lambda seen: commands.rollback(seen, None, _wish("only a demo")))),
        ]

    def records(self) -> list[Record]:
        return list(self._author.read().in_force)

    def _publish(self, draft: Callable[[Any], Any]) -> Record:
        seen = self._author.read()
        return self._author.publish(draft(seen), seen)


def play_swap(demo: Demo, stage: Stage) -> Swapped:
    """Play the swap from beginning to end.

    Raises:
        HeadraceError: the demo has no challenger, or whatever keeps a step from being done.
    """
    if demo.challenger is None or demo.dated is None:
        raise HeadraceError(
            "this demo has no second model to swap with", "Say challenger and dated in its file."
        )
    stage.announce("1/4  data, features of the history, two models")
    periods = demo.build(stage.data, True, stage.progress)
    champion = trained(demo, stage, periods)
    challenger = trained(replace(demo, model=demo.challenger), stage, periods)
    log = _Deployments(stage.data / LOG, champion, challenger)
    log.begin()
    stage.announce(f"2/4  live: {EVENTS_A_SECOND} events a second, scored by {champion.manifest.version}")
    sent = _live(demo, stage, log)
    stage.announce(f"3/4  the same {len(sent):,} events again, by the same log")
    _replay(demo, stage, sent)
    stage.announce("4/4  compared")
    definition = load_definition(stage.root, demo.model)
    return compared(stage.data / PREDICTIONS, stage.data / REPLAY / PREDICTIONS, log.records(), definition)


def _live(demo: Demo, stage: Stage, log: _Deployments) -> list[bytes]:
    """Let events flow while versions come and go; returns the events."""
    running, gate = _started(demo, stage, stage.data)
    wait_until(lambda: bool(gate.tick()) or gate.opened, PATIENCE_SECONDS, "the history was not read", LOOK)
    messages, steps = _messages(demo, stage), log.steps()
    sent: list[bytes] = []
    seconds = BETWEEN_SECONDS * len(steps)
    for second in range(seconds):
        if second % BETWEEN_SECONDS == 0:
            said, publish = steps[second // BETWEEN_SECONDS]
            publish()
            stage.announce(f"     {said}, for events from {TIMING.lead // 1000} s on")
        sent += _drop(demo, gate, messages, f"{second:04}")
        stage.progress("live events", len(sent), seconds * EVENTS_A_SECOND)
    _finish(running, stage.data, len(sent), gate)
    return sent


def _replay(demo: Demo, stage: Stage, sent: list[bytes]) -> None:
    """The same events in one file: a folder of many is read in no promised order."""
    folder = stage.data / REPLAY
    folder.mkdir(exist_ok=True)
    for table in demo.known:
        if not (folder / table).exists():
            (folder / table).symlink_to((stage.data / table).resolve())
    running, gate = _started(demo, stage, folder)
    drop(gate.inbox.inbox, "again.log", b"".join(sent))
    _finish(running, folder, len(sent), gate)


def _started(demo: Demo, stage: Stage, data: Path) -> tuple[RunningJob, Gate]:
    run = Run(
        root=stage.root,
        job=load_job(stage.root, demo.live),
        data=data,
        environment="live",
        profile="low-latency",
        parameters={DEPLOYMENTS: str((stage.data / LOG).resolve())},
        overwrite=True,
        ui_port=stage.ui_port,
    )
    inbox = Inbox(data, SETTLE_SECONDS)
    running = start(run)
    return running, Gate(inbox, running.monitor)


def _messages(demo: Demo, stage: Stage) -> Iterator[bytes]:
    """Messages of the recorded log that can be dated anew."""
    for path in sorted((stage.data / demo.raw).glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            message = b64decode(json.loads(line)["payload"] or "")
            if demo.dated and demo.dated(message, _now()):
                yield message


def _drop(demo: Demo, gate: Gate, messages: Iterator[bytes], name: str) -> list[bytes]:
    """Drop a second's events as one file, each dated when its turn comes."""
    began, lines = time.monotonic(), []
    for number, message in enumerate(islice(messages, EVENTS_A_SECOND)):
        time.sleep(max(0.0, began + number / EVENTS_A_SECOND - time.monotonic()))
        lines.append(((demo.dated and demo.dated(message, _now())) or b"") + b"\n")
    drop(gate.inbox.inbox, f"{name}.log", b"".join(lines))
    gate.tick()
    return lines


def _finish(running: RunningJob, data: Path, events: int, gate: Gate) -> None:
    """Wait until each event has become a prediction or a dead letter, then stop the job."""

    def _all_answered() -> bool:
        gate.tick()
        files = (path for table in (PREDICTIONS, DEAD) for path in table_files(data / table))
        return sum(map(lines_of, files)) >= events

    wait_until(_all_answered, PATIENCE_SECONDS, "not every event was scored or refused", LOOK)
    running.monitor.stop_with_savepoint(flink_path(running.run.checkpoints))


def _wish(reason: str) -> Wish:
    return Wish("headrace demo", reason)


def _now() -> datetime:
    return datetime.now(timezone.utc)

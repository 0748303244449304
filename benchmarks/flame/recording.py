"""What a flight recording of a JVM says: who was on a core, and in which method."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import psutil

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NAME = "headrace"
OPTIONS = f"-XX:StartFlightRecording=name={NAME},settings=profile"
DEPTH = "64"
DUMP_SECONDS = 20
_TASK = re.compile(r" \(\d+/\d+\)#\d+$")
_GENERATED = re.compile(r"^(\d+|Lambda\S*|\S*\$\$Lambda\S*)\.")


@dataclass(frozen=True)
class Stack:
    """One sample.

    Attributes:
        thread: who; of a task the name of its operators, without the number of the subtask.
        frames: ``Class.method``, the outermost first.
        at: when.
    """

    thread: str
    frames: tuple[str, ...]
    at: datetime


def dump(target: Path) -> None:
    """Write down what the JVMs below this process have recorded so far; nothing when there is none that answers."""
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error, subprocess.TimeoutExpired):
            if OPTIONS in " ".join(child.cmdline()):
                said = ["jcmd", str(child.pid), "JFR.dump", f"name={NAME}", f"filename={target}"]
                subprocess.run(said, capture_output=True, check=False, timeout=DUMP_SECONDS)  # noqa: S603 -- our own words


def stacks(recording: Path) -> list[Stack]:
    """The samples of a recording.

    Raises:
        HeadraceError: when it is not complete, or there is no ``jfr`` to read it.
    """
    command = [
        "jfr",
        "print",
        "--json",
        "--stack-depth",
        DEPTH,
        "--events",
        "jdk.ExecutionSample",
        str(recording),
    ]
    try:
        said = subprocess.run(command, capture_output=True, check=True, text=True).stdout  # noqa: S603 -- our own words
    except (OSError, subprocess.CalledProcessError) as error:
        raise HeadraceError(f"{recording} can not be read: {error}", "A JDK brings jfr and jcmd.") from error
    events = json.loads(said)["recording"]["events"]
    return [_stack(event["values"]) for event in events]


def newest(samples: list[Stack], seconds: float) -> list[Stack]:
    """Those of the last seconds of a recording: the compiler is done, and the job works at its pace."""
    end = max(sample.at for sample in samples)
    return [sample for sample in samples if end - sample.at <= timedelta(seconds=seconds)]


def shares(samples: Iterable[Stack]) -> list[tuple[str, float]]:
    """Threads by their share of the samples, 0 … 1, the largest first."""
    counts = Counter(sample.thread for sample in samples)
    total = sum(counts.values())
    return [(thread, count / total) for thread, count in counts.most_common()]


def _stack(values: dict[str, Any]) -> Stack:
    frames = values["stackTrace"]["frames"]
    names = [_method(frame["method"]) for frame in reversed(frames)]
    thread = (values["sampledThread"] or {}).get("javaName") or "unnamed"
    moment = re.sub(r"(\.\d{6})\d*", r"\1", values["startTime"])
    return Stack(
        _TASK.sub("", thread),
        tuple(filter(None, names)),
        datetime.fromisoformat(moment.replace("Z", "+00:00")),
    )


def _method(method: dict[str, Any]) -> str:
    """``Class.method``; empty for what the compiler made between two methods."""
    name = f"{method['type']['name'].replace('/', '.').rsplit('.', 1)[-1]}.{method['name']}"
    return "" if _GENERATED.match(name) else name

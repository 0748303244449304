"""Stacks as a picture: the outermost call below, what it calls on it, as wide as its share of the samples."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from benchmarks.style import NO_CLOCK, STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from matplotlib.axes import Axes

    from benchmarks.flame.recording import Stack

NARROWEST = 0.003
LABELLED = 0.03
CHARACTERS = 230
"""That fit into the whole width."""
COLOURS = ("#fde68a", "#fcd34d", "#fdba74", "#fb923c", "#fca5a5", "#f9a8d4", "#fecaca")
PLUMBING = (
    "Thread.run",
    "Task.",
    "StreamTask.",
    "StreamTask$",
    "StreamTaskActionExecutor",
    "MailboxProcessor.",
    "Mail.run",
    "StreamOneInputProcessor.",
    "StreamMultipleInputProcessor",
    "AbstractStreamTaskNetworkInput.",
    "OneInputStreamTask$",
    "RecordProcessorUtils.",
    "ChainingOutput.",
    "CopyingBroadcastingOutputCollector.",
    "StreamRecordCollector.",
    "ThreadPoolExecutor",
)
"""Flink's way from one operator to the next, the same everywhere: left out."""


@dataclass
class Node:
    """A call, with what it calls.

    Attributes:
        count: samples in it.
        calls: by name.
    """

    count: int = 0
    calls: dict[str, Node] = field(default_factory=dict)

    def add(self, frames: Iterable[str]) -> None:
        """Count a sample."""
        self.count += 1
        node = self
        for frame in frames:
            node = node.calls.setdefault(frame, Node())
            node.count += 1

    @property
    def depth(self) -> int:
        """How many calls stand on each other at most."""
        return 1 + max((call.depth for call in self.calls.values()), default=0)


def tree(stacks: Iterable[Stack]) -> Node:
    """All samples as one tree: threads first, then their calls without Flink's own below each task."""
    root = Node()
    for stack in stacks:
        root.add([stack.thread, *(frame for frame in stack.frames if not frame.startswith(PLUMBING))])
    return root


def draw(root: Node, path: Path, title: str) -> None:
    """Write the picture as PNG."""
    levels = min(root.depth, 40)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(15.0, 1.0 + 0.19 * levels), layout="constrained")
        figure.patch.set_facecolor("white")
        axes = figure.subplots()
        axes.set_title(title, loc="left")
        axes.set_xlim(0, 1)
        axes.set_ylim(0, levels)
        axes.set_axis_off()
        _boxes(axes, root, 0.0, 0, root.count)
        figure.savefig(path, metadata=NO_CLOCK[path.suffix], dpi=110)


def _boxes(axes: Axes, node: Node, left: float, level: int, total: int) -> None:
    for name, call in sorted(node.calls.items()):
        width = call.count / total
        if width >= NARROWEST:
            _box(axes, name, left, level, width)
            _boxes(axes, call, left, level + 1, total)
        left += width


def _box(axes: Axes, name: str, left: float, level: int, width: float) -> None:
    colour = COLOURS[zlib.crc32(name.encode()) % len(COLOURS)]
    axes.add_patch(Rectangle((left, level), width, 0.95, facecolor=colour, edgecolor="white", linewidth=0.4))
    if width >= LABELLED:
        fits = int(width * CHARACTERS)
        text = name if len(name) <= fits else f"{name[: fits - 1]}…"
        axes.text(left + 0.001, level + 0.45, text, fontsize=6, va="center", clip_on=True)

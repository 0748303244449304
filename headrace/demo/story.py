"""What a demo is: which data, which model, which jobs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Callable

from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from headrace.training.period import Period

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Periods:
    """How a demo's time is divided.

    Attributes:
        training: events the model learns from.
        evaluation: later events it is judged by and its threshold is chosen on.
        live: events that are replayed raw; the model is trained when they begin.
    """

    training: Period
    evaluation: Period
    live: Period


@dataclass(frozen=True)
class Demo:
    """A demo of a use case.

    Attributes:
        model: a file in models/.
        backfill: the job that computes the features of the past.
        live: the job that turns raw events into predictions.
        raw: the table that the live job reads its events from.
        accepted: the table of those that are valid, each once.
        build: fills a data folder with history, labels and a raw log; the second argument asks for little.
        known: tables of the past that the live job reads as well.
        challenger: another file in models/, to swap with.
        key: the field of a raw message that becomes its key in a topic: messages of one key stay in order.
        results: tables that show what comes of it.
        dated: a message with another event time; None for one that has none.
    """

    model: str
    backfill: str
    live: str
    raw: str
    accepted: str
    build: Callable[[Path, bool, Progress], Periods]
    known: tuple[str, ...] = ()
    challenger: str | None = None
    key: str = ""
    results: tuple[str, ...] = ()
    dated: Callable[[bytes, datetime], bytes | None] | None = None


def load_demo(root: Path, use_case: str) -> Demo:
    """The ``DEMO`` of ``demos/<use case>.py``.

    Raises:
        HeadraceError: when there is no such file, or it declares no ``DEMO``.
    """
    known = sorted(path.stem for path in (root / "demos").glob("[!_]*.py"))
    if use_case not in known:
        raise HeadraceError(f"there is no demo {use_case!r}; there are: {', '.join(known)}")
    demo = getattr(import_module(f"demos.{use_case}"), "DEMO", None)
    if not isinstance(demo, Demo):
        raise HeadraceError(f"{root / 'demos' / use_case}.py declares no DEMO = Demo(…)")
    return demo

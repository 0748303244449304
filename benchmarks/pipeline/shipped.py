"""The benchmark of the suite as it is in the tree, for what looks closer at one case."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.pipeline.bench import Bench
from benchmarks.pipeline.contenders import Contenders
from benchmarks.pipeline.extent import FULL
from benchmarks.place import PEER, ROOT, WORK
from benchmarks.processes import Programs
from headrace.cluster.broker import BUSY
from headrace.cluster.standalone import running_broker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def shipped_bench(folder: Path) -> Iterator[Bench]:
    """A full benchmark with a broker, as long as the context, with the payments and models of the others.

    Args:
        folder: of the broker and of each run; must be there.
    """
    with running_broker(ROOT, folder / "broker", jvm=BUSY) as broker:
        programs = Programs(folder, broker.address, PEER)
        yield Bench(Contenders(programs, {3: ROOT}), WORK / "pipeline" / "data", FULL)

"""A broker of this machine for as long as a benchmark runs."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from benchmarks.rolling.forms import ROOT
from headrace.cluster.broker import Broker
from headrace.cluster.ports import answers, free_ports, wait_until
from headrace.connectors.manifest import chosen, read_manifest
from headrace.connectors.store import JarStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_SECONDS = 60.0


def jars(group: str) -> list[Path]:
    """The verified jars of a group of connectors/jars.yaml, fetched when they are not here.

    Raises:
        HeadraceError: when one can not be had.
    """
    (found,) = chosen(read_manifest(ROOT), [group])
    return JarStore().fetch_all(found.jars)


@contextmanager
def running_broker(folder: Path) -> Iterator[str]:
    """A broker with its log in a folder; gives its address, and ends it afterwards.

    Raises:
        HeadraceError: when it does not answer within a minute.
    """
    port, controller = free_ports(2)
    broker = Broker(folder, port, controller, jars("broker"))
    broker.configure()
    with (folder / "broker.log").open("ab") as printed:
        process = subprocess.Popen(broker.command(), stdout=printed, stderr=printed, start_new_session=True)  # noqa: S603 -- ours
    try:
        wait_until(lambda: answers(port), PATIENCE_SECONDS, "no broker answered")
        yield broker.address
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)

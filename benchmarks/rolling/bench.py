"""The benchmark step by step: topics, equality, rounds, sizes."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from benchmarks.payments import (
    create,
    fill,
    label_records,
    made_up,
    payment_records,
    payments,
    with_hot_customer,
)
from benchmarks.rolling import latency
from benchmarks.rolling.extent import LAST_DAY
from benchmarks.rolling.results import StateSize
from benchmarks.rolling.schedule import BOTH_BACKENDS, HOT_PERCENT, Case
from benchmarks.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    import pandas as pd

    from benchmarks.processes import Programs
    from benchmarks.rolling.extent import Extent

ANSWERS = "answers"
PAYMENTS = "transactions"
FLINK, QUIX = "benchmarks.rolling.flink", "benchmarks.rolling.quix"
ENTITIES = {"customer": ("customer",), "both": ("customer", "terminal")}


@dataclass
class Bench:
    """A benchmark against a running broker.

    Args:
        programs: what starts the measured programs.
        data: keeps the benchmark's payments, for the next time.
        extent: how much is measured.
    """

    programs: Programs
    data: Path
    extent: Extent
    _lives: int = field(default=0, init=False)
    _rows: dict[str, int] = field(default_factory=dict, init=False)

    @property
    def broker(self) -> str:
        """Its address."""
        return self.programs.broker

    def payments(self, topics: str) -> pd.DataFrame:
        """The benchmark's payments as they are on some topics, a key of ``Extent.every``."""
        return payments(self.data, LAST_DAY, self.extent.every[topics])

    def fill_topics(self) -> Iterator[str]:
        """Write what is read; says what is being written."""
        for name in self.extent.every:
            yield f"topics {name}.*"
            self._fill(f"{name}.", self.payments(name))
        for share in HOT_PERCENT:
            yield f"topics hot{share}.*"
            self._fill(f"hot{share}.", with_hot_customer(self.payments("full"), share / 100))

    def check(self, pipelines: Collection[str]) -> Iterator[tuple[str, int]]:
        """Compare every form with DuckDB; gives each form with the rows compared.

        Args:
            pipelines: of what is to be measured, of ``customer`` and ``both``.

        Raises:
            HeadraceError: when one computes something else.
        """
        frame = self.payments("check")
        truth = Truth(frame)
        for group, form in product(
            (it for it in ENTITIES if it in pipelines), ("over", "arrival", "in_order")
        ):
            folder = self.programs.new_folder()
            self._bounded("kept", Case(group, form, "hashmap"), folder, "--prefix", "check.")
            # A verdict and a payment come by different topics: on arrival, which is first there is chance.
            entities = ENTITIES["customer" if form == "arrival" else group]
            yield f"{group}/{form}", truth.check(f"{group}/{form}", folder / "measured", entities)
            shutil.rmtree(folder)
        if "customer" not in pipelines:
            return
        folder = self.programs.new_folder()
        self._quix(folder, "check.", len(frame), "--keep")
        yield "customer/quix", truth.check("customer/quix", folder / "measured.jsonl", ("customer",))
        shutil.rmtree(folder)

    def run(self, case: Case) -> dict[str, float]:
        """Measure a case once; returns what it took, and the payments it was.

        Raises:
            HeadraceError: when a program fails or does not answer.
        """
        folder = self.programs.new_folder()
        if case.group == "latency":
            found = self._latency(case, folder)
        elif case.form == "quix":
            found = self._quix(folder, case.topics, self._rows[case.topics])
        else:
            found = self._bounded("bounded", case, folder, "--prefix", case.topics, "--warm-up", case.warm_up)
        shutil.rmtree(folder)
        return found if case.group == "latency" else {"rows": self._rows[case.topics], **found}

    def sizes(self) -> Iterator[StateSize]:
        """Measure the state of made-up payments, all of them in the windows."""
        for keys, rows in self.extent.state:
            prefix = f"state{keys}x{rows}."
            fill(self.broker, f"{prefix}{PAYMENTS}", payment_records(made_up(keys, rows)))
            for backend in BOTH_BACKENDS:
                folder = self.programs.new_folder()
                found = self._bounded(
                    "state", Case("customer", "arrival", backend), folder, "--prefix", prefix
                )
                yield StateSize(keys=keys, rows=rows, backend=backend, bytes=int(found["bytes"]))
                shutil.rmtree(folder)

    def _fill(self, prefix: str, frame: pd.DataFrame) -> None:
        self._rows[prefix] = fill(self.broker, f"{prefix}{PAYMENTS}", payment_records(frame))
        fill(self.broker, f"{prefix}labels", label_records(frame))

    def _bounded(self, how: str, case: Case, folder: Path, *more: str) -> dict[str, float]:
        chosen = ("--form", case.form, "--pipeline", case.pipeline, "--backend", case.backend)
        return self.programs.measure(self.programs.ours(FLINK, how, *chosen, *more), folder)

    def _quix(self, folder: Path, prefix: str, rows: int, *more: str) -> dict[str, float]:
        command = self.programs.peers(QUIX, "--topic", f"{prefix}{PAYMENTS}", "--rows", str(rows), *more)
        return self.programs.measure(command, folder)

    def _latency(self, case: Case, folder: Path) -> dict[str, float]:
        self._lives += 1
        prefix = f"live{self._lives}."
        topic, answers = f"{prefix}{PAYMENTS}", f"{prefix}{ANSWERS}"
        for name in (topic, answers):
            create(self.broker, name)
        if case.form == "echo":
            return latency.measure(self.broker, topic, topic, self._load())
        commands = {
            "arrival": self.programs.ours(FLINK, "live", "--form", "arrival", "--prefix", prefix),
            "quix": self.programs.peers(QUIX, "--topic", topic, "--answers", answers),
        }
        with self.programs.running(commands[case.form], folder):
            return latency.measure(self.broker, topic, answers, self._load())

    def _load(self) -> latency.Load:
        unmeasured, measured = (seconds * self.extent.rate for seconds in self.extent.seconds)
        records: Any = payment_records(
            payments(self.data, LAST_DAY).head(self.extent.before + unmeasured + measured)
        )
        before = list(islice(records, self.extent.before))
        return latency.Load(before, list(records), self.extent.rate, unmeasured)

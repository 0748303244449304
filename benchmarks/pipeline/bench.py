"""The benchmark step by step: what is sent to whom, and what is noted."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from benchmarks.payments import of_keys, payments, with_hot_customer
from benchmarks.pipeline import history, ladder
from benchmarks.pipeline.artifacts import make_artifact
from benchmarks.pipeline.equality import Expected, answers_of
from benchmarks.pipeline.extent import LAST_DAY, LEARNED_FROM, UNCOMPILED_WARM_SECONDS
from benchmarks.pipeline.schedule import SLOW, STATE_SHARES
from benchmarks.pipeline.streams import FeatureStream, Stream, of_customers
from benchmarks.pipeline.topics import Topics
from benchmarks.pipeline.wide import WIDTHS
from benchmarks.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from benchmarks.pipeline.contenders import Contender, Contenders
    from benchmarks.pipeline.extent import Extent
    from benchmarks.pipeline.schedule import Case
    from headrace.planning.ladder import Record
    from headrace.planning.latency import Session

KEPT_DAYS = 30
"""All of their payments are in the windows."""
PAYMENTS_A_KEY = 3
WHOLE = ("state", "keys")
"""Groups whose payments are worked off to the last: it is their state that counts."""
RAW, VERDICTS, ANSWERS = "transactions_raw", "labels", "predictions"


@dataclass
class Bench:
    """A benchmark against a running broker.

    Args:
        contenders: what starts them.
        data: keeps payments and models, for the next time.
        extent: how much is measured.
        prefix: before the names of topics, where several benchmarks share a broker.
    """

    contenders: Contenders
    data: Path
    extent: Extent
    prefix: str = ""
    _runs: int = field(default=0, init=False)

    @cached_property
    def everything(self) -> pd.DataFrame:
        """All payments of all customers."""
        return payments(self.data, LAST_DAY)

    @cached_property
    def stream(self) -> Stream:
        """What is sent of it, and its verdicts."""
        sent = self.extent.warm_up + self.extent.backlog
        return Stream(of_customers(self.everything, self.extent.every).head(sent))

    @cached_property
    def latency_stream(self) -> Stream:
        """The same, where latency is measured."""
        return Stream(of_customers(self.everything, self.extent.latency_every))

    @cached_property
    def features(self) -> Stream:
        """The features of that, as the job that scores reads them."""
        return FeatureStream(Truth(self.stream.payments).features())

    def model(self, name: str) -> Path:
        """The folder of a model, trained when it is not there."""
        return make_artifact(self.data / "models", name, lambda: of_customers(self.everything, LEARNED_FROM))

    def check(self, case: Case) -> int:
        """Compare a contender's features and scores with the oracle; returns the payments compared.

        Raises:
            HeadraceError: when one differs.
        """
        frame = of_customers(self.everything, self.extent.checked_every)
        filled = self._filling(frame)
        width = WIDTHS[int(case.variant)] if case.group == "features" else None
        expected = Expected(frame.head(filled + self.extent.checked), filled, self.model(case.model), width)
        if case.group == "history":
            return history.check(self.contenders, case, frame)
        if case.group == "score":
            return self._check_scores(case, expected)
        with self._topics() as topics:
            _fill_verdicts(topics, expected.stream, filled)
            with self._running(case, topics, features=True) as contender:
                topics.fill(RAW, expected.stream.sent[:filled])
                contender.wait_for_answers(filled)
                contender.wait_until_all_is_read()
                topics.fill(RAW, expected.stream.sent[filled:])
                contender.wait_for_answers(len(expected.stream.payments))
                scratch = contender.folder / "answers.jsonl"
                return expected.check(case.name, answers_of(contender), scratch)

    def _check_scores(self, case: Case, expected: Expected) -> int:
        stream = FeatureStream(expected.features)
        with self._topics() as topics:
            count = topics.fill(stream.topic, stream.sent)
            with self._running(case, topics) as contender:
                contender.wait_for_answers(count)
                return expected.check_scores(case.name, list(topics.rows("predictions")))

    def run(self, case: Case) -> dict[str, float]:
        """Measure a case once.

        Raises:
            HeadraceError: when a program fails or does not answer.
        """
        if case.group == "history":
            return history.measure(
                self.contenders, case, of_customers(self.everything, self.extent.history_every)
            )
        with self._topics() as topics:
            if case.group == "latency":
                return self._latency(case, topics)
            return self._backlog(case, topics)

    def _latency(self, case: Case, topics: Topics) -> dict[str, float]:
        stream, extent = self.latency_stream, self.extent
        if not case.is_compiling:
            extent = replace(extent, warm_seconds=min(extent.warm_seconds, UNCOMPILED_WARM_SECONDS))
        if case.contender == "echo":
            return ladder.climb(topics, RAW, stream.sent, 0, extent)
        filled = self._filling(stream.payments)
        _fill_verdicts(topics, stream, filled)
        with self._running(case, topics):
            return ladder.climb(topics, ANSWERS, stream.sent, filled, extent)

    @contextmanager
    def latency_session(self, case: Case) -> Iterator[tuple[Session, Iterator[Record]]]:
        """A session with a contender whose windows are filled, and what can be sent then.

        Raises:
            HeadraceError: when a program fails or does not answer.
        """
        with self._topics() as topics:
            stream = self.latency_stream
            filled = self._filling(stream.payments)
            _fill_verdicts(topics, stream, filled)
            with (
                self._running(case, topics),
                ladder.filled_session(topics, ANSWERS, stream.sent, filled) as (session, ahead),
            ):
                yield session, ahead

    def _filling(self, payments: pd.DataFrame) -> int:
        """How many payments fill windows."""
        return int((payments["day"] < self.extent.fill_days).sum())

    def _backlog(self, case: Case, topics: Topics) -> dict[str, float]:
        """Let it run warm, stop it, fill the topics, and note what it takes to work that off."""
        stream = self._stream_of(case)
        count = len(stream.payments)
        if case.group not in WHOLE:
            waiting = self.extent.backlog // (3 if case.contender in SLOW else 1)
            count = min(count, self.extent.warm_up + waiting)
        first = min(self.extent.warm_up, count // 2)
        known = [stream.known_before(first), stream.known_before(count)]
        topics.fill(stream.topic, stream.sent[:first])
        topics.fill(VERDICTS, stream.verdicts[: known[0]])
        with self._running(case, topics) as contender:
            started = contender.wait_for_answers(1) - contender.began
            contender.wait_for_answers(first)
            with contender.stopped():
                topics.fill(VERDICTS, stream.verdicts[known[0] : known[1]])
                topics.fill(stream.topic, stream.sent[first:count])
            return {"start_seconds": started, **_worked_off(contender, first, count)}

    def _stream_of(self, case: Case) -> Stream:
        if case.group == "hot":
            return Stream(with_hot_customer(self.stream.payments, int(case.variant) / 100))
        if case.group == "state":
            kept = of_customers(self.everything, STATE_SHARES[case.variant])
            return Stream(kept[kept["day"] < KEPT_DAYS])
        if case.group == "keys":
            return Stream(of_keys(int(case.variant), PAYMENTS_A_KEY))
        return self.features if case.group == "score" else self.stream

    @contextmanager
    def _running(self, case: Case, topics: Topics, *, features: bool = False) -> Iterator[Contender]:
        started = self.contenders_of(case)
        with started.running(case, topics, self.model(case.model), features=features) as contender:
            yield contender

    def contenders_of(self, case: Case) -> Contenders:
        """What starts a case; one of more features is in a suite of its own."""
        if case.group != "features":
            return self.contenders
        return replace(self.contenders, suites={3: self.contenders.suites[int(case.variant)]})

    @contextmanager
    def _topics(self) -> Iterator[Topics]:
        self._runs += 1
        topics = Topics(self.contenders.programs.broker, f"{self.prefix}run{self._runs}.")
        topics.create()
        try:
            yield topics
        finally:
            topics.delete()


def _fill_verdicts(topics: Topics, stream: Stream, filled: int) -> None:
    """Write the verdicts that are known when so many payments fill windows."""
    topics.fill(VERDICTS, stream.verdicts[: stream.known_before(filled - 1)])


def _worked_off(contender: Contender, first: int, count: int) -> dict[str, float]:
    """What it takes until all is answered, from now on; of a job of ours its next checkpoint, too."""
    began, cpu = time.monotonic(), contender.meter.cpu_seconds()
    ended = contender.wait_for_answers(count)
    found = {
        "rows": count - first,
        "payments": count,
        "seconds": ended - began,
        "cpu_seconds": contender.meter.cpu_seconds() - cpu,
        "peak_bytes": contender.meter.peak_bytes,
    }
    return {**found, **(contender.checkpoint() if contender.case.is_flink else {})}

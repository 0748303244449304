"""How long a record takes from being sent to its answer being received, through a broker, at a steady rate.

with Session(Route(broker, "raw", "scored", "event_id", partitions=4)) as session:
    session.fill(history)                       # as fast as it goes; nothing is measured
    for rate in (100, 1_000):
        outcome = session.drive(Rung(rate, records[rate], unmeasured=5 * rate))
        print(rate, outcome.milliseconds, len(outcome.unanswered))
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from headrace.connectors.kafka import QUIET
from headrace.errors import HeadraceError
from headrace.planning.ladder import outcome, paced
from headrace.planning.receiver import COUNT, LOOK_SECONDS, TIMES, Listening, receive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Self

    from headrace.planning.ladder import Id, Outcome, Record, Route, Rung

FIRST_SECONDS = 120.0
QUIET_SECONDS = 15.0
PATIENCE_SECONDS = 120.0
IN_FLIGHT = 1_000
"""Records that are sent at once before their arrival at the broker is waited for, while nothing is measured."""
AT_ONCE = {
    **QUIET,
    "linger.ms": 0,
    "socket.nagle.disable": True,
    # As Java's producer: what comes while so many requests are under way goes along in the next. Without a limit each
    # record is a request of its own, and thousands a second of them are more than a broker of one core answers.
    "max.in.flight.requests.per.connection": 5,
}


@dataclass
class Session:
    """Several rungs with one receiver; use it as a context manager, while the job runs.

    Args:
        route: where to.
        first_seconds: how long the first answer is waited for: a job may still be coming up.
        quiet_seconds: without an answer for so long, no more are expected.
    """

    route: Route
    first_seconds: float = FIRST_SECONDS
    quiet_seconds: float = QUIET_SECONDS
    _answers: bool = field(default=False, init=False)
    _process: Any = field(default=None, init=False)
    _pipe: Any = field(default=None, init=False)
    _producer: Any = field(default=None, init=False)

    def __enter__(self) -> Self:
        """Start the receiver; it listens afterwards.

        Raises:
            HeadraceError: when it does not come up.
        """
        from confluent_kafka import Producer

        route = self.route
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        listening = Listening(route.broker, route.answers, route.partitions, route.id_field)
        self._process = context.Process(target=receive, args=(theirs, listening), daemon=True)
        self._process.start()
        theirs.close()
        self._producer = Producer({"bootstrap.servers": route.broker, **AT_ONCE})
        try:
            self._reply()
        except HeadraceError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.join()
        self._pipe.close()

    def fill(self, records: Sequence[Record]) -> tuple[Id, ...]:
        """Send as fast as it goes and wait until all is answered; returns the ids that were not.

        Raises:
            HeadraceError: when the receiver ended.
        """
        for number, record in enumerate(records, 1):
            self._send(record)
            if number % IN_FLIGHT == 0:
                self._producer.flush(PATIENCE_SECONDS)
        received = self._await(records)
        return tuple(record.id for record in records if record.id not in received)

    def drive(self, rung: Rung) -> Outcome:
        """Send at a steady rate, each record at its own moment, and wait for the answers.

        A record that can not be sent at its moment is sent as soon as it can be; its time counts from then.

        Raises:
            HeadraceError: when the receiver ended.
        """
        sent = {}
        start = time.monotonic()
        for record in paced(rung.records, rung.rate, time.monotonic, time.sleep):
            sent[record.id] = time.monotonic_ns()
            self._send(record)
        seconds = time.monotonic() - start
        received = self._await(rung.records)
        return outcome(rung, sent, received, len(rung.records) / max(seconds, 1e-9))

    def _send(self, record: Record) -> None:
        topic, place = self.route.topic, self.route.partition_of(record.key)
        try:
            self._producer.produce(topic, record.value, record.key, place)
        except BufferError:
            self._producer.flush(PATIENCE_SECONDS)
            self._producer.produce(topic, record.value, record.key, place)
        self._producer.poll(0)

    def _await(self, records: Sequence[Record]) -> dict[Id, int]:
        """Nanoseconds by id, once all are answered or no more come. Times are taken when little is under way."""
        self._producer.flush(PATIENCE_SECONDS)
        missing = {record.id for record in records}
        received: dict[Id, int] = {}
        before, since, given_up = -1, time.monotonic(), False
        while missing and not given_up:
            count = self._ask(COUNT)
            if count != before:
                before, since = count, time.monotonic()
            self._answers = self._answers or count > 0
            patience = self.quiet_seconds if self._answers else self.first_seconds
            given_up = time.monotonic() - since > patience
            if given_up or count >= len(missing):
                received.update(self._ask(TIMES))
                missing -= received.keys()
            time.sleep(LOOK_SECONDS)
        return received

    def _ask(self, question: str) -> Any:
        self._pipe.send(question)
        return self._reply()

    def _reply(self) -> Any:
        try:
            if self._pipe.poll(PATIENCE_SECONDS):
                return self._pipe.recv()
        except (EOFError, OSError) as error:
            raise HeadraceError("what receives the answers has ended") from error
        raise HeadraceError(f"what receives the answers said nothing within {PATIENCE_SECONDS:.0f} s")

"""Live events as a broker would have recorded them: raw bytes, slightly out of order, some of them dirt."""

from __future__ import annotations

import json
import math
import random
from base64 import b64encode
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from datasets.fraud.dirt import DEFAULT_RATES, check_rates, spoil
from datasets.fraud.whole_file import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

LATENESS_BOUND_MS = 5_000
"""How far a good event's time may be behind the greatest before it: the delay of the contract's watermark."""

SOURCE = "payments-0"
EXPECTATION_FILE = "expected.json"

_JITTER_MS = 2_000
_FIRST_DIRTY_ID = 9_000_000_000
_IDS_A_KIND = 100_000_000

_EVENT = '{"transaction_id": %d, "event_time": "%sZ", "customer_id": %d, "terminal_id": %d, "amount": %r}'
_RECORD = '{"payload": "%s", "arrived_at": "%sZ", "source": "%s", "source_offset": %d}\n'


class Arrival(NamedTuple):
    """One record: when it arrived (epoch milliseconds) and its bytes."""

    at: int
    payload: bytes


@dataclass(frozen=True)
class Expectation:
    """What a correct reader of a log finds.

    Attributes:
        events_in: records in the log.
        clean: good events, each there once; as many predictions are due.
        dead_letters: bad records by reason; reasons that do not occur are left out.
    """

    events_in: int
    clean: int
    dead_letters: dict[str, int]


def plain_lines(frame: pd.DataFrame) -> bytes:
    """The events of a frame in the producer's JSON, one a line, all good, in the order of the frame.

    Args:
        frame: as ``benchmark`` returns it; times are written in whole seconds.
    """
    return b"".join(payload + b"\n" for payload in _payloads(frame))


def record_raw(
    frame: pd.DataFrame, folder: Path, seed: int, rates: Mapping[str, float] = DEFAULT_RATES
) -> Expectation:
    """Write ``transactions_raw/payments-0.jsonl``, a recorded log with dirt in it, and ``expected.json``.

    A record is a line: ``payload`` (base64 of the producer's bytes), ``arrived_at``, ``source``,
    ``source_offset``. Good events arrive up to 2 s after they happen, so they are out of order by less than 2 s.
    Bad records are additional: each is made of a good event, arrives up to 2 s after it, has a transaction id from
    9,000,000,000 on, and makes no good event late or a duplicate. The log has the order of arrival.

    Args:
        frame: good events, as ``benchmark`` returns them; times in whole seconds.
        folder: where; made if missing.
        seed: the same frame, seed and rates give the same bytes.
        rates: bad records of each kind per good event, rounded up: a rate above 0 gives at least one. The
            records of one kind do not depend on the rates of the others.

    Returns:
        What a correct reader finds, as ``expected.json`` says it too.

    Raises:
        DirtRateError: for a kind of dirt that does not exist or a rate below 0.
    """
    check_rates(rates)
    clean = _clean_arrivals(frame, seed)
    counts = {reason: math.ceil(rate * len(clean)) for reason, rate in rates.items()}
    dirty = [
        arrival for reason, count in counts.items() for arrival in _dirty_arrivals(reason, count, clean, seed)
    ]
    log = sorted(clean + dirty, key=lambda arrival: arrival.at)
    _write_log(log, folder / "transactions_raw" / f"{SOURCE}.jsonl")
    found = {reason: count for reason, count in counts.items() if count}
    expectation = Expectation(events_in=len(log), clean=len(clean), dead_letters=found)
    with whole_file(folder / EXPECTATION_FILE) as part:
        part.write_text(json.dumps(asdict(expectation), indent=2) + "\n")
    return expectation


def _milliseconds(frame: pd.DataFrame) -> NDArray[np.int64]:
    times: NDArray[np.datetime64] = frame["event_time"].dt.tz_localize(None).to_numpy()
    return times.astype("datetime64[ms]").astype(np.int64)


def _iso(milliseconds: NDArray[np.int64], unit: Literal["s", "ms"]) -> list[str]:
    """Times as ISO 8601, without the zone."""
    times: NDArray[np.datetime64] = milliseconds.astype("datetime64[ms]")
    texts: list[str] = np.datetime_as_string(times, unit=unit).tolist()
    return texts


def _payloads(frame: pd.DataFrame) -> list[bytes]:
    columns = (frame[name].tolist() for name in ("customer_id", "terminal_id", "amount"))
    events = zip(frame["transaction_id"].tolist(), _iso(_milliseconds(frame), "s"), *columns)
    return [(_EVENT % event).encode() for event in events]


def _clean_arrivals(frame: pd.DataFrame, seed: int) -> list[Arrival]:
    jitter = np.random.RandomState(seed).randint(0, _JITTER_MS, len(frame))
    return [*map(Arrival, (_milliseconds(frame) + jitter).tolist(), _payloads(frame))]


def _dirty_arrivals(reason: str, count: int, clean: list[Arrival], seed: int) -> Iterator[Arrival]:
    dice = random.Random(f"{seed} {reason}")  # noqa: S311 -- simulation, not cryptography
    first_id = _FIRST_DIRTY_ID + _IDS_A_KIND * list(DEFAULT_RATES).index(reason)
    for fresh_id in range(first_id, first_id + count):
        good = dice.choice(clean)
        yield Arrival(good.at + dice.randrange(1, _JITTER_MS), spoil(reason, good.payload, fresh_id, dice))


def _write_log(log: list[Arrival], path: Path) -> None:
    times = _iso(np.array([arrival.at for arrival in log], np.int64), "ms")
    with whole_file(path) as part, part.open("w") as lines:
        lines.writelines(
            _RECORD % (b64encode(arrival.payload).decode(), time, SOURCE, offset)
            for offset, (arrival, time) in enumerate(zip(log, times))
        )

"""The benchmark kept as a Parquet file, made again only when it is not the one that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from datasets.fraud.benchmark import benchmark
from datasets.fraud.checksum import PUBLISHED, fingerprint
from datasets.fraud.progress import Progress, silent
from datasets.fraud.whole_file import whole_file
from headrace.errors import HeadraceError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

FILE = "transactions.parquet"
_COLUMNS_VERSION = b"1"
"""Counted up when the columns of the frame change, so that older files are made again."""
_VERSION, _DAYS, _SHA256 = b"headrace.fraud.columns", b"headrace.fraud.days", b"headrace.fraud.sha256"


class FingerprintError(HeadraceError):
    """The data that was made is not the data that was published."""


def prepare(folder: Path, first_day: int, last_day: int, progress: Progress = silent) -> Path:
    """Make sure that a folder holds ``transactions.parquet`` with exactly these days.

    A file that is there is kept when its metadata name the same days and its rows have the fingerprint that
    its metadata name; otherwise, also when it can not be read, it is made again and replaced in one step.

    Args:
        folder: where; made if missing.
        first_day: first day, 0 … 182.
        last_day: last day, included.
        progress: told how far the making is; not called when the file is kept.

    Returns:
        The path of the file. Read it with ``pandas.read_parquet``; the columns are those of ``benchmark``.

    Raises:
        DayRangeError: for days outside 0 … 182.
        FingerprintError: when days with a published checksum do not have it.
    """
    path = folder / FILE
    if not _is_kept(path, _days(first_day, last_day)):
        frame = benchmark(first_day, last_day, progress)
        _write(frame, path, _days(first_day, last_day), _checked_fingerprint(frame, first_day, last_day))
    return path


def _days(first_day: int, last_day: int) -> bytes:
    return b"%d-%d" % (first_day, last_day)


def _is_kept(path: Path, days: bytes) -> bool:
    if not path.exists():
        return False
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError):  # not Parquet, cut off or damaged: made again
        return False
    metadata = table.schema.metadata or {}
    if (metadata.get(_VERSION), metadata.get(_DAYS)) != (_COLUMNS_VERSION, days):
        return False
    return metadata.get(_SHA256) == fingerprint(table.to_pandas()).encode()


def _checked_fingerprint(frame: pd.DataFrame, first_day: int, last_day: int) -> str:
    found = fingerprint(frame)
    published = PUBLISHED.get((first_day, last_day))
    if published is not None and found != published.sha256:
        message = (
            f"Days {first_day} to {last_day} of the fraud benchmark have the SHA-256 {published.sha256}, "
            f"but the rows made here have {found}."
        )
        raise FingerprintError(message, "NumPy's or Python's random streams differ here; compare versions.")
    return found


def _write(frame: pd.DataFrame, path: Path, days: bytes, sha256: str) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)
    ours = {_VERSION: _COLUMNS_VERSION, _DAYS: days, _SHA256: sha256.encode()}
    with whole_file(path) as part:
        pq.write_table(table.replace_schema_metadata({**table.schema.metadata, **ours}), part)

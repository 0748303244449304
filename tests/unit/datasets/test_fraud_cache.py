"""The Parquet file is made once for the days that are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow.parquet as pq
import pytest

from datasets.fraud import cache
from datasets.fraud.benchmark import DayRangeError, benchmark
from datasets.fraud.cache import FingerprintError, prepare
from datasets.fraud.checksum import PUBLISHED, Summary, fingerprint

if TYPE_CHECKING:
    from pathlib import Path

DAYS = (2, 3)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return benchmark(*DAYS)


@pytest.fixture
def made(frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The ranges that were made; making is replaced by a look-up."""
    ranges: list[tuple[int, int]] = []

    def remembered(first_day: int, last_day: int, _progress: object) -> pd.DataFrame:
        ranges.append((first_day, last_day))
        return frame[frame["day"].between(first_day, last_day)].reset_index(drop=True)

    monkeypatch.setattr(cache, "benchmark", remembered)
    return ranges


def test_the_file_holds_the_frame(frame: pd.DataFrame, made: list[tuple[int, int]], tmp_path: Path) -> None:
    path = prepare(tmp_path / "data", *DAYS)
    pd.testing.assert_frame_equal(pd.read_parquet(path), frame)
    assert made == [DAYS]


def test_metadata_name_the_days_and_the_fingerprint(
    frame: pd.DataFrame, made: list[tuple[int, int]], tmp_path: Path
) -> None:
    metadata = pq.read_schema(prepare(tmp_path, *DAYS)).metadata
    assert metadata[b"headrace.fraud.days"] == b"2-3"
    assert metadata[b"headrace.fraud.sha256"] == fingerprint(frame).encode()
    assert made == [DAYS]


def test_a_file_of_the_same_days_is_kept(made: list[tuple[int, int]], tmp_path: Path) -> None:
    first = prepare(tmp_path, *DAYS).stat()
    second = prepare(tmp_path, *DAYS).stat()
    assert made == [DAYS]
    assert (first.st_ino, first.st_mtime_ns) == (second.st_ino, second.st_mtime_ns)


def test_other_days_are_made_anew(made: list[tuple[int, int]], tmp_path: Path) -> None:
    prepare(tmp_path, *DAYS)
    path = prepare(tmp_path, 3, 3)
    assert made == [DAYS, (3, 3)]
    assert set(pd.read_parquet(path)["day"]) == {3}


def test_a_file_cut_off_is_made_anew(
    frame: pd.DataFrame, made: list[tuple[int, int]], tmp_path: Path
) -> None:
    path = prepare(tmp_path, *DAYS)
    path.write_bytes(path.read_bytes()[:-100])
    pd.testing.assert_frame_equal(pd.read_parquet(prepare(tmp_path, *DAYS)), frame)
    assert made == [DAYS, DAYS]


def test_a_file_whose_rows_were_changed_is_made_anew(
    frame: pd.DataFrame, made: list[tuple[int, int]], tmp_path: Path
) -> None:
    path = prepare(tmp_path, *DAYS)
    table = pq.read_table(path)
    pq.write_table(table.slice(1), path)
    pd.testing.assert_frame_equal(pd.read_parquet(prepare(tmp_path, *DAYS)), frame)
    assert made == [DAYS, DAYS]


def test_a_file_of_another_origin_is_made_anew(made: list[tuple[int, int]], tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / cache.FILE)
    assert "transaction_id" in pd.read_parquet(prepare(tmp_path, *DAYS))
    assert made == [DAYS]


def test_data_unlike_the_published_is_refused_and_not_kept(
    made: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(PUBLISHED, DAYS, Summary(1, 1, "0" * 64))
    with pytest.raises(FingerprintError, match="have the SHA-256 0000"):
        prepare(tmp_path, *DAYS)
    assert made == [DAYS]
    assert list(tmp_path.iterdir()) == []


def test_days_that_do_not_exist_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DayRangeError):
        prepare(tmp_path, 5, 2)

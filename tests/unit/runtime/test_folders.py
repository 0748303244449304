from __future__ import annotations

from pathlib import Path

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.folders import clear, create_folders, folder_of, of_other_jobs, written_before
from headrace.runtime.resolve import DEFAULT, SINKS, Step
from headrace.runtime.statement import Statement


def step(path: object, database: str = SINKS, name: str = "visits") -> Step:
    text = f"CREATE TABLE {name} WITH ('connector' = 'filesystem', 'path'='{path}') LIKE contracts.{name}"
    return Step(Statement(name, Path(f"{name}.sql"), text), database)


@pytest.mark.parametrize("path", ["/a/b", "file:///a/b"])
def test_a_table_on_files_has_a_folder(path: str) -> None:
    assert folder_of(step(path)) == Path("/a/b")


@pytest.mark.parametrize("path", ["s3://bucket/a", "hdfs://host/a"])
def test_a_table_on_an_object_store_has_no_folder(path: str) -> None:
    assert folder_of(step(path)) is None


def test_a_table_elsewhere_has_no_folder() -> None:
    text = "CREATE TABLE visits WITH ('connector' = 'kafka', 'topic' = 'visits') LIKE contracts.visits"
    assert folder_of(Step(Statement("visits", Path("visits.sql"), text))) is None


def test_folders_are_made_with_those_above_them_and_may_be_there_already(tmp_path: Path) -> None:
    steps = [step(tmp_path / "a" / "b", DEFAULT), step("s3://bucket/a"), step(tmp_path / "c")]
    create_folders(steps)
    create_folders(steps)
    assert (tmp_path / "a" / "b").is_dir()
    assert (tmp_path / "c").is_dir()


@pytest.mark.parametrize("below", ["", "visits"])
def test_a_file_in_the_place_of_a_folder_is_refused_by_name(tmp_path: Path, below: str) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(HeadraceError, match=r"taken.*: can not be created: ") as raised:
        create_folders([step(tmp_path / "taken" / below)])
    assert "--data" in raised.value.hint


def test_only_sinks_with_files_in_them_were_written_before(tmp_path: Path) -> None:
    for name in ("read", "written", "empty"):
        (tmp_path / name).mkdir()
    (tmp_path / "read" / "rows").write_text("")
    (tmp_path / "written" / "rows").write_text("")
    steps = [
        step(tmp_path / "read", DEFAULT),
        *(step(tmp_path / name) for name in ("written", "empty", "gone")),
    ]
    assert written_before(steps) == [tmp_path / "written"]


def test_clearing_leaves_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "rows").write_text("")
    clear([tmp_path / "a"])
    assert list((tmp_path / "a").iterdir()) == []


def test_of_a_sink_with_a_folder_a_job_those_of_replaced_jobs_are_found(tmp_path: Path) -> None:
    for job in ("ingest", "realtime", "score"):
        (tmp_path / "dead_letters" / job).mkdir(parents=True)
    for job in ("ingest", "score"):
        (tmp_path / "dead_letters" / job / "part-0").write_text("{}")
    steps = [step(tmp_path / "dead_letters" / "realtime"), step(tmp_path / "visits")]
    found = of_other_jobs(steps, "realtime", ("ingest", "features"))
    assert found == [tmp_path / "dead_letters" / "ingest"]

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from datasets.fraud.whole_file import whole_file

if TYPE_CHECKING:
    from pathlib import Path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_gets_its_name_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "table.jsonl"
    with whole_file(path) as part:
        part.write_text("first half")
        assert not path.exists()
        assert part.name.startswith(".")
    assert path.read_text() == "first half"
    assert names(path.parent) == ["table.jsonl"]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "table.jsonl"
    path.write_text("old")

    def fail_half_way() -> None:
        with whole_file(path) as part:
            part.write_text("new, but only ha")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail_half_way()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["table.jsonl"]

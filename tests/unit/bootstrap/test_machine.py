from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from bootstrap.machine import GIGABYTE, Refusal, require_disk, require_module, require_writable

if TYPE_CHECKING:
    from pathlib import Path


def test_a_missing_ensurepip_is_explained_with_the_package_that_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(Refusal) as refusal:
        require_module("ensurepip")
    minor = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert f"{sys.executable} has no module ensurepip" in str(refusal.value)
    assert f"apt install python{minor}-venv" in str(refusal.value)


def test_a_module_that_is_there_is_no_reason_to_refuse() -> None:
    require_module("venv")


def test_a_full_disk_is_refused_with_what_is_free_and_what_is_needed(tmp_path: Path) -> None:
    require_disk(tmp_path, 1)
    with pytest.raises(Refusal, match=r"GB free and the installation needs 1000000\.0 GB: free some"):
        require_disk(tmp_path, 1_000_000 * GIGABYTE)


def test_a_folder_that_can_be_written_is_made_and_left_empty(tmp_path: Path) -> None:
    require_writable(tmp_path / "new" / "venv")
    assert list((tmp_path / "new" / "venv").iterdir()) == []


def test_a_folder_that_can_not_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refusal, match=r"file/venv can not be written \(Not a directory\)"):
        require_writable(tmp_path / "file" / "venv")

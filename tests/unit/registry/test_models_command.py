"""``headrace models list``, ``show`` and ``compare``."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.artifact import make_artifact
from tests.deployment_log import make_log
from tests.unit.cli.conftest import headrace, one_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]

__all__ = ["headrace"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Four versions: the champion, the one before, a shadow, and one that does nothing."""
    for age, (name, threshold) in enumerate({"f-1": 0.5, "f-2": 0.5, "f-3": 0.9, "f-4": 0.5}.items()):
        folder = make_artifact(tmp_path / "models" / name, name, threshold)
        os.utime(folder / "manifest.json", (age, age))
    make_log(
        tmp_path,
        [
            {"role": "champion", "version": "f-1"},
            {"role": "champion", "version": "f-2", "effective_from": "2018-05-01"},
            {"role": "shadow", "version": "f-3", "effective_from": "2018-05-01"},
        ],
    )
    return tmp_path


def test_versions_are_listed_with_their_roles_the_newest_first(headrace: Headrace, data: Path) -> None:
    found = json.loads(headrace("models", "list", "--data", data, "--json").out)
    assert [(each["version"], each["role"]) for each in found] == [
        ("f-4", None),
        ("f-3", "shadow"),
        ("f-2", "champion"),
        ("f-1", "was champion"),
    ]
    said = headrace("models", "list", "--data", data)
    assert said.code == 0
    assert "2018-05-01 – 2018-05-01" in said.out


def test_a_version_is_shown_with_what_it_did(headrace: Headrace, data: Path) -> None:
    said = headrace("models", "show", "f-2", "--data", data)
    assert said.code == 0
    for part in (
        "f-2, verified",
        "customer_count_30d",
        "roc_auc",
        "record 2: f-2 is champion for events from 2018-05-01",
    ):
        assert part in said.out


def test_a_damaged_version_is_not_shown_as_if_it_were_well(headrace: Headrace, data: Path) -> None:
    (data / "models" / "f-2" / "model.onnx").write_bytes(b"damaged")
    assert "model.onnx is not as it was written" in one_error(
        headrace("models", "show", "f-2", "--data", data)
    )


def test_two_versions_are_compared_by_what_differs(headrace: Headrace, data: Path) -> None:
    found = json.loads(headrace("models", "compare", "f-2", "f-3", "--data", data, "--json").out)
    assert found["different"] == {"threshold": [0.5, 0.9]}
    assert found["metrics"]["roc_auc"] == [1.0, 1.0]
    said = headrace("models", "compare", "f-2", "f-3", "--data", data)
    assert "threshold" in said.out
    assert "different events" not in said.out


@pytest.mark.parametrize("command", [["show", "f-9"], ["compare", "f-1", "f-9"]])
def test_a_version_that_is_not_there_is_answered_with_those_that_are(
    headrace: Headrace, data: Path, command: list[str]
) -> None:
    error = one_error(headrace("models", *command, "--data", data))
    assert "there is no version 'f-9'; there are: f-4, f-3, f-2, f-1" in error


def test_no_versions_say_how_to_make_one(headrace: Headrace, tmp_path: Path) -> None:
    assert "Train one with headrace train" in one_error(headrace("models", "list", "--data", tmp_path))

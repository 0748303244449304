"""``headrace parity`` and ``headrace reproduce`` as a shell sees them; what they call is tested elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headrace.reproduction.reproduce import FIGURES, Experiment, Result
from tests.unit.cli.conftest import one_error
from tests.unit.parity.certificates import certificate, comparison

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headrace.parity.certify import Subject
    from headrace.parity.comparison import Comparison
    from tests.unit.cli.conftest import Said

    Headrace = Callable[..., Said]
    Proves = Callable[..., None]


@pytest.fixture
def proves(monkeypatch: pytest.MonkeyPatch) -> Proves:
    """What the proof comes to; it leaves a table behind, as the real one does."""
    monkeypatch.setenv("JVM_ARGS", "")

    def _proves(*comparisons: Comparison) -> None:
        def _certify(subject: Subject, _stage: Any) -> Any:
            subject.folder.mkdir(parents=True)
            return certificate(*comparisons)

        monkeypatch.setattr("headrace.parity.certify.certify", _certify)

    return _proves


def test_a_proof_leaves_a_certificate_and_no_tables(
    headrace: Headrace, proves: Proves, tmp_path: Path
) -> None:
    proves(comparison())
    said = headrace("parity", "fraud", "--slice", "--output", tmp_path)
    assert said.code == 0
    assert "holds: 3 rows of 3 columns" in said.out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["certificate.json", "certificate.md"]


def test_a_refutation_ends_with_code_1_and_leaves_its_tables(
    headrace: Headrace, proves: Proves, tmp_path: Path
) -> None:
    proves(comparison(only_left=2))
    said = headrace("parity", "fraud", "--slice", "--output", tmp_path)
    assert said.code == 1
    assert "DOES NOT HOLD" in said.out
    assert (tmp_path / "tables").is_dir()


def test_scripts_get_the_certificate_as_json(headrace: Headrace, proves: Proves, tmp_path: Path) -> None:
    proves(comparison())
    said = headrace("parity", "fraud", "--days", 3, "--json", "--output", tmp_path)
    assert json.loads(said.out) == json.loads((tmp_path / "certificate.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("nowhere",), "there is no data set 'nowhere'; there are: "),
        (("fraud", "--days", 184), "the data set fraud has 183 days, not 184"),
    ],
)
def test_what_there_is_not_is_said(
    headrace: Headrace, tmp_path: Path, arguments: tuple[Any, ...], expected: str
) -> None:
    assert expected in one_error(headrace("parity", *arguments, "--output", tmp_path))


@pytest.fixture
def reproduces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[float], None]:
    """What a model comes to; the data are said to be there."""
    (tmp_path / "handbook" / "baseline").mkdir(parents=True)
    (tmp_path / "handbook" / "baseline" / "built-days.txt").write_text("78-135\n", encoding="utf-8")
    monkeypatch.setattr(Experiment, "features", lambda *_: None)

    def _reproduces(ours: float) -> None:
        published = dict.fromkeys(FIGURES, 0.5)
        found = [
            Result("forest", published, dict.fromkeys(FIGURES, ours), "", must_agree=True),
            Result("boosted", published, {}, "a_library", must_agree=False),
        ]
        monkeypatch.setattr(Experiment, "results", lambda _: iter(found))

    return _reproduces


@pytest.mark.parametrize(("ours", "ends"), [(0.5, (0, "same")), (0.51, (1, "DIFFERENT"))])
def test_figures_stand_beside_the_published_ones_and_decide_the_exit_code(
    headrace: Headrace,
    reproduces: Callable[[float], None],
    tmp_path: Path,
    ours: float,
    ends: tuple[int, str],
) -> None:
    reproduces(ours)
    said = headrace("reproduce", "handbook", "--data", tmp_path)
    assert said.code == ends[0]
    assert f"{ours:.3f} / 0.500" in said.out
    assert ends[1] in said.out
    assert "no a_library here" in said.out


def test_a_study_that_is_not_there_is_said(headrace: Headrace, tmp_path: Path) -> None:
    said = headrace("reproduce", "handbook", "--study", "none", "--data", tmp_path)
    assert "there is no study 'none'; there are: baseline, folds" in one_error(said)

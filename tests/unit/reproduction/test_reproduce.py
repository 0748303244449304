"""Published figures beside ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from datasets.fraud.handbook import STUDIES
from datasets.fraud.handbook_order import card_precision, ordered
from headrace.errors import HeadraceError
from headrace.models.evaluation import entity_precision_at_k
from headrace.reproduction.reproduce import FIGURES, Experiment, Result
from headrace.reproduction.study import load_studies
from tests.local_tables import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PUBLISHED = dict.fromkeys(FIGURES, 0.5)


def result(ours: dict[str, float], *, must_agree: bool = True) -> Result:
    return Result("model", PUBLISHED, ours, "", must_agree)


def test_figures_agree_when_they_are_the_same_rounded_as_they_were_published() -> None:
    assert result(dict.fromkeys(FIGURES, 0.50049)).holds
    assert not result({**dict.fromkeys(FIGURES, 0.5), FIGURES[0]: 0.5006}).holds


def test_a_model_that_need_not_agree_refutes_nothing() -> None:
    other = result(dict.fromkeys(FIGURES, 0.4), must_agree=False)
    assert (other.agrees, other.holds) == (False, True)


class Missing(NamedTuple):
    """A model whose library is not there."""

    name: str = "boosted"
    published: Any = STUDIES["baseline"].models[0].published
    must_agree: bool = False

    def make(self) -> Any:
        raise ImportError(name="a_library")


@dataclass
class OneModel:
    """A study without folds."""

    models: tuple[Any, ...]
    folds: tuple[Any, ...] = ()


def test_a_library_that_is_not_installed_is_named() -> None:
    experiment = Experiment(OneModel((Missing(),)), None, None)  # type: ignore[arg-type]  # nothing is trained
    (found,) = experiment.results()
    assert (found.missing, found.ours, found.holds) == ("a_library", {}, True)


def test_the_first_four_of_the_handbook_must_agree() -> None:
    must = [model.name for model in load_studies(ROOT, "handbook")["baseline"].models if model.must_agree]
    assert must == ["logistic regression", "decision tree, depth 2", "decision tree", "random forest"]


def test_a_study_that_is_not_there_is_an_error_that_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match="there is no study 'nowhere'; there are: handbook"):
        load_studies(ROOT, "nowhere")
    with pytest.raises(HeadraceError, match="there are: none"):
        load_studies(tmp_path, "handbook")


@pytest.mark.parametrize("name", STUDIES)
def test_a_fold_is_a_week_of_training_a_week_of_delay_and_a_week_of_test(name: str) -> None:
    for fold in STUDIES[name].folds:
        weeks = [(moment - fold.train_from).days / 7 for moment in fold]
        assert weeks == [0, 1, 2, 3]


def test_card_precision_is_that_of_the_library_where_no_scores_are_equal() -> None:
    random = np.random.default_rng(5)
    cards, days = random.integers(0, 40, 500), random.integers(0, 5, 500)
    scores, labels = random.permutation(500) / 500, (random.random(500) < 0.2).astype(np.int64)
    asked = (cards, days, scores, labels, 10)
    assert card_precision(*asked) == pytest.approx(entity_precision_at_k(*asked))


def test_the_books_order_moves_only_payments_of_one_second() -> None:
    frame = pd.DataFrame({"transaction_id": np.arange(200_000)})
    moved = ordered(frame)["transaction_id"].to_numpy()
    places = np.flatnonzero(moved != np.arange(200_000))
    assert 0 < len(places) < 20_000
    assert np.abs(moved[places] - places).max() < 10

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headrace.models.definition import DefinitionError, Feature, load_definition
from headrace.models.features import InvalidFeaturesError

if TYPE_CHECKING:
    from headrace.models.definition import ModelDefinition

ROOT = Path(__file__).resolve().parents[3]
FILE = """
from headrace.models.definition import Feature, ModelDefinition, ScoreThreshold
DEFINITION = ModelDefinition(
    name="{name}", key="id", event_time="at", entity="who", label="bad",
    features=(Feature("x", "DOUBLE", "m"),), estimator=object, policy=ScoreThreshold({score}),
)
"""


def project(root: Path, name: str, score: float = 0.5, file: str | None = None) -> Path:
    (root / "models").mkdir(parents=True)
    (root / "models" / f"{file or name}.py").write_text(FILE.format(name=name, score=score))
    return root


@pytest.mark.parametrize("name", ["fraud", "fraud_forest", "fraud_boosting"])
def test_every_fraud_model_has_the_fifteen_features_in_their_order(name: str) -> None:
    names = load_definition(ROOT, name).feature_names
    assert names == [
        *("amount", "is_weekend", "is_night"),
        *(f"customer_{what}_{days}d" for days in (1, 7, 30) for what in ("count", "amount_avg")),
        *(f"terminal_{what}_{days}d" for days in (1, 7, 30) for what in ("count", "fraud_avg")),
    ]


def test_an_unknown_name_is_answered_with_the_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"no model definition 'fruad'.*there are: returns"):
        load_definition(project(tmp_path, "returns"), "fruad")


def test_a_root_without_models_says_that_there_are_none(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="there are: none"):
        load_definition(tmp_path, "fraud")


def test_a_definition_of_another_name_than_its_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"models/refunds.py has no DEFINITION named 'refunds'"):
        load_definition(project(tmp_path, "returns", file="refunds"), "refunds")


def test_two_projects_with_a_model_of_the_same_name_do_not_mix(tmp_path: Path) -> None:
    first, second = (project(tmp_path / str(score), "returns", score) for score in (0.2, 0.8))
    assert load_definition(first, "returns").policy.score == 0.2
    assert load_definition(second, "returns").policy.score == 0.8
    assert load_definition(first, "returns").policy.score == 0.2


def test_what_a_definition_file_raises_goes_through(tmp_path: Path) -> None:
    project(tmp_path, "returns")
    (tmp_path / "models" / "returns.py").write_text("raise RuntimeError('in the file')")
    with pytest.raises(RuntimeError, match="in the file"):
        load_definition(tmp_path, "returns")


def test_the_label_can_not_be_a_feature(definition: ModelDefinition) -> None:
    with pytest.raises(DefinitionError, match=r"names these columns twice: left"):
        replace(definition, features=(*definition.features, Feature("left", "INT", "0 or 1")))


def test_a_model_needs_features(definition: ModelDefinition) -> None:
    with pytest.raises(DefinitionError, match="'churn' has no features"):
        replace(definition, features=())


@pytest.mark.parametrize(("name", "kind"), [("amount", "DECIMAL(12, 2)"), ("an amount", "DOUBLE")])
def test_a_feature_needs_a_plain_name_and_a_type_that_models_take(name: str, kind: str) -> None:
    with pytest.raises(InvalidFeaturesError, match=r"amount"):
        Feature(name, kind, "EUR")

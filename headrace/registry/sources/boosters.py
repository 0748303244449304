"""Boosters of XGBoost and LightGBM, in the files that these write themselves; converted by onnxmltools."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from headrace.models.foreign_graph import Foreign
from headrace.registry.sources.onnx_file import UNNAMED
from headrace.registry.sources.request import ImportRefusedError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

INSTALL = "pip install 'headrace[imports]', or export it to ONNX where it was made"
INPUT = "rows"
OPSET = 15
XGBOOST_OBJECTIVE, LIGHTGBM_OBJECTIVE = "binary:logistic", "binary"


def read_xgboost(path: Path) -> Foreign:
    """Read what ``Booster.save_model`` or ``XGBClassifier.save_model`` wrote, ``.json`` or ``.ubj``.

    Raises:
        ImportRefusedError: XGBoost or onnxmltools is not here, it is no such file, or no classifier of two classes.
    """
    try:
        import xgboost
        from onnxmltools import convert_xgboost
    except ImportError as error:
        raise _missing("XGBoost", error) from error
    try:
        booster = xgboost.Booster(model_file=str(path))
    except xgboost.core.XGBoostError as error:
        raise ImportRefusedError(f"{path} is no model of XGBoost: {error}") from error
    learner = json.loads(booster.save_config())["learner"]
    _check_objective(path, learner["objective"]["name"], XGBOOST_OBJECTIVE)
    _check_rounds(path, booster)
    columns = tuple(booster.feature_names) if booster.feature_names else None
    width = booster.num_features()
    booster.feature_names = None  # the converter knows names like f0 only
    graph = _converted(convert_xgboost, booster, width)

    def reference(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = booster.predict(xgboost.DMatrix(matrix))
        return scores

    trees = f"XGBoost {xgboost.__version__}, {booster.num_boosted_rounds()} rounds"
    return Foreign("xgboost", graph, columns, trees, reference, notes=() if columns else (UNNAMED,))


def read_lightgbm(path: Path) -> Foreign:
    """Read what ``Booster.save_model`` wrote, ``.txt``.

    Raises:
        ImportRefusedError: as `read_xgboost`.
    """
    try:
        import lightgbm
        from onnxmltools import convert_lightgbm
    except ImportError as error:
        raise _missing("LightGBM", error) from error
    try:
        booster = lightgbm.Booster(model_file=str(path))
    except lightgbm.basic.LightGBMError as error:
        raise ImportRefusedError(f"{path} is no model of LightGBM: {error}") from error
    _check_objective(
        path, str(booster.dump_model(num_iteration=1).get("objective")).partition(" ")[0], LIGHTGBM_OBJECTIVE
    )
    names = tuple(booster.feature_name())
    columns = None if all(name == f"Column_{i}" for i, name in enumerate(names)) else names
    graph = _converted(convert_lightgbm, booster, booster.num_feature(), zipmap=False)
    trees = f"LightGBM {lightgbm.__version__}, {booster.num_trees()} trees"
    return Foreign("lightgbm", graph, columns, trees, booster.predict, notes=() if columns else (UNNAMED,))


def _converted(convert: Any, booster: Any, width: int, **options: Any) -> Any:
    from onnxmltools.convert.common.data_types import FloatTensorType

    inputs = [(INPUT, FloatTensorType([None, width]))]
    try:
        return convert(booster, initial_types=inputs, target_opset=OPSET, **options)
    except Exception as error:
        raise ImportRefusedError(
            f"onnxmltools can not convert the booster: {error}", "Export it to ONNX where it was made."
        ) from error


def _check_objective(path: Path, found: str, expected: str) -> None:
    if found != expected:
        raise ImportRefusedError(
            f"{path} was trained for the objective {found!r}, expected {expected!r}: scores have to be probabilities"
        )


def _check_rounds(path: Path, booster: Any) -> None:
    """Early stopping leaves rounds behind the best one, which the library does not use and the converter would."""
    best = booster.attributes().get("best_iteration")
    if best is not None and int(best) + 1 < booster.num_boosted_rounds():
        raise ImportRefusedError(
            f"{path} holds {booster.num_boosted_rounds()} rounds, the best was {int(best) + 1}",
            f"Save the best ones: booster[:{int(best) + 1}].save_model(…).",
        )


def _missing(library: str, error: ImportError) -> ImportRefusedError:
    return ImportRefusedError(f"boosters of {library} need libraries that are not here: {error}", INSTALL)

"""Models that other programs wrote become versions that score as those programs do."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import joblib
import mlflow
import numpy as np
import onnx
import pytest
import yaml
from mlflow.models import infer_signature
from onnx import TensorProto, helper
from sklearn.ensemble import RandomForestClassifier
from skops import io

from headrace.errors import HeadraceError
from headrace.models.artifact import load_artifact
from headrace.models.definition import ScoreThreshold
from headrace.models.features import InvalidFeaturesError
from headrace.models.onnx_signature import SignatureError
from headrace.models.onnx_trees import ExportError
from headrace.models.scorer import Scorer
from headrace.registry import importing
from headrace.registry.importing import Import, import_model
from headrace.registry.sources.request import ImportRefusedError
from tests import foreign
from tests.artifact import make_frame

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from headrace.models.artifact import Artifact
    from headrace.models.definition import ModelDefinition

    Importing = Callable[..., Artifact]

TOLERANCE = 2e-6
FLOAT, LONG = TensorProto.FLOAT, TensorProto.INT64


@pytest.fixture(scope="module")
def frame(definition: ModelDefinition) -> pd.DataFrame:
    return make_frame(definition)


@pytest.fixture(scope="module")
def rows(frame: pd.DataFrame, definition: ModelDefinition) -> pd.DataFrame:
    return frame[definition.feature_names]


@pytest.fixture(scope="module")
def labels(frame: pd.DataFrame) -> NDArray[Any]:
    return frame["fraud"].to_numpy()


@pytest.fixture
def imported(
    tmp_path: Path, frame: pd.DataFrame, definition: ModelDefinition, monkeypatch: pytest.MonkeyPatch
) -> Importing:
    """Imports a file into a data folder with labelled rows; no report, which takes a second."""
    monkeypatch.setattr(importing, "write_report", lambda *_: None)
    (tmp_path / "training_sets").mkdir()
    frame.to_parquet(tmp_path / "training_sets" / "fraud.evaluation.parquet")
    wanted = replace(definition, policy=ScoreThreshold(0.5))
    return lambda path, **options: import_model(
        Import(path, path.name, options.pop("definition", wanted), tmp_path, **options)
    )


def hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def scores_of(artifact: Artifact, rows: pd.DataFrame) -> NDArray[np.float64]:
    return artifact.model.scores(rows.to_numpy(float))


def test_a_network_as_torch_exports_it_scores_as_its_arithmetic_says(
    imported: Importing, tmp_path: Path, rows: pd.DataFrame
) -> None:
    path = foreign.write_network(tmp_path / "net.onnx", rows.shape[1])
    artifact = imported(path)
    assert (
        np.abs(scores_of(artifact, rows) - foreign.network_scores(path, rows.to_numpy(float))).max()
        < TOLERANCE
    )
    document = artifact.manifest.document
    assert document["onnx"]["precision"] == "single in double"
    assert document["imported"]["columns_named"] is False
    assert "order of the definition" in document["imported"]["notes"][0]


def test_what_was_imported_is_an_ordinary_artifact(
    imported: Importing, tmp_path: Path, rows: pd.DataFrame
) -> None:
    artifact = imported(foreign.write_network(tmp_path / "net.onnx", rows.shape[1]), threshold=0.4)
    manifest = artifact.manifest
    assert artifact.path == tmp_path / "models" / manifest.version
    assert manifest.version.startswith("fraud-")
    assert manifest.threshold == 0.4
    assert manifest.document["training"] is None
    assert manifest.document["evaluation"]["rows"] == len(rows)
    assert len((artifact.path / "golden.jsonl").read_text(encoding="utf-8").splitlines()) == 32
    scored = Scorer(load_artifact(artifact.path), explain_all=True).score_one(rows.to_dict("records")[0])
    assert scored.error is None
    assert scored.model_version == manifest.version


def test_the_same_file_gives_the_same_version(
    imported: Importing, tmp_path: Path, rows: pd.DataFrame
) -> None:
    path = foreign.write_network(tmp_path / "net.onnx", rows.shape[1])
    assert imported(path).path == imported(path).path


@pytest.mark.parametrize("name", ["m.json", "m.ubj"])
def test_a_booster_of_xgboost_scores_as_xgboost(
    imported: Importing, tmp_path: Path, rows: pd.DataFrame, labels: NDArray[Any], name: str
) -> None:
    import xgboost

    shuffled = rows[sorted(rows.columns)]
    artifact = imported(foreign.write_xgboost(tmp_path / name, shuffled, labels))
    expected = xgboost.Booster(model_file=tmp_path / name).predict(xgboost.DMatrix(shuffled.astype(float)))
    assert np.abs(scores_of(artifact, rows) - expected).max() < TOLERANCE
    assert artifact.manifest.document["imported"] == {
        "kind": "xgboost",
        "sha256": hash_of(tmp_path / name),
        "columns_named": True,
        "notes": [],
    }


def test_a_booster_of_lightgbm_scores_as_lightgbm(
    imported: Importing, tmp_path: Path, rows: pd.DataFrame, labels: NDArray[Any]
) -> None:
    import lightgbm

    shuffled = rows[sorted(rows.columns)]
    artifact = imported(foreign.write_lightgbm(tmp_path / "m.txt", shuffled, labels))
    expected = lightgbm.Booster(model_file=tmp_path / "m.txt").predict(shuffled)
    assert np.abs(scores_of(artifact, rows) - expected).max() < TOLERANCE


def test_dictionaries_of_probabilities_are_taken_apart(
    imported: Importing, tmp_path: Path, rows: pd.DataFrame, labels: NDArray[Any]
) -> None:
    artifact = imported(foreign.write_skl2onnx(tmp_path / "m.onnx", rows, labels))
    matrix = rows.to_numpy(np.float32)
    expected = foreign.fitted(matrix, labels).predict_proba(matrix)[:, 1]
    assert np.abs(scores_of(artifact, rows) - expected).max() < TOLERANCE


def test_a_graph_with_an_input_for_each_feature_gets_them_by_name(
    imported: Importing, tmp_path: Path, definition: ModelDefinition, rows: pd.DataFrame
) -> None:
    kinds = {each.name: FLOAT if each.type == "DOUBLE" else LONG for each in reversed(definition.features)}
    nodes = [helper.make_node("Identity", ["terminal_fraud_avg_7d"], ["share"])]
    nodes += [
        helper.make_node("Constant", [], ["most"], value_float=200.0),
        helper.make_node("Div", ["share", "most"], ["probability"]),
    ]
    path = foreign.write_graph(
        tmp_path / "named.onnx",
        nodes,
        {name: (kind, ["rows", 1]) for name, kind in kinds.items()},
        {"probability": (FLOAT, ["rows", 1])},
    )
    artifact = imported(path)
    assert np.abs(scores_of(artifact, rows) - rows["terminal_fraud_avg_7d"] / 200).max() < TOLERANCE
    assert artifact.manifest.document["imported"]["columns_named"] is True


def test_a_pickle_is_loaded_when_it_is_allowed_and_is_the_one_that_was_named(
    imported: Importing, tmp_path: Path, rows: pd.DataFrame, labels: NDArray[Any]
) -> None:
    shuffled = rows[sorted(rows.columns)]
    path = foreign.write_joblib(tmp_path / "m.joblib", shuffled, labels)
    artifact = imported(path, allow_pickle=True, sha256=hash_of(path))
    expected = foreign.fitted(shuffled, labels).predict_proba(shuffled)[:, 1]
    assert np.abs(scores_of(artifact, rows) - expected).max() < 1e-8
    assert artifact.manifest.reasons["method"] == "linear"
    assert (artifact.path / "model.joblib").read_bytes() == path.read_bytes()
    scaler, logistic = (step for _, step in foreign.fitted(shuffled, labels).steps)
    weights = dict(zip(shuffled.columns, logistic.coef_[0] / scaler.scale_))
    assert artifact.manifest.reasons["weights"] == pytest.approx(weights)


class Trap:
    """Leaves a file behind when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return open, (self.path, "w")


@pytest.mark.parametrize(
    ("allowed", "named"),
    [(False, False), (False, True), (True, False)],
    ids=["neither", "hash", "permission"],
)
def test_a_pickle_is_not_even_opened_without_permission_and_hash(
    imported: Importing, tmp_path: Path, allowed: bool, named: bool
) -> None:
    path = tmp_path / "m.joblib"
    path.write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    sha256 = hash_of(path) if named else None
    with pytest.raises(ImportRefusedError, match=f"--allow-pickle --sha256 {hash_of(path)}"):
        imported(path, allow_pickle=allowed, sha256=sha256)
    assert not (tmp_path / "sprung").exists()


def test_another_pickle_than_the_one_that_was_named_is_not_opened(
    imported: Importing, tmp_path: Path
) -> None:
    path = tmp_path / "m.joblib"
    path.write_bytes(pickle.dumps(Trap(tmp_path / "sprung")))
    with pytest.raises(ImportRefusedError, match=f"is {hash_of(path)}, expected {'0' * 64}"):
        imported(path, allow_pickle=True, sha256="0" * 64)
    assert not (tmp_path / "sprung").exists()


def test_a_hash_is_checked_for_any_kind(imported: Importing, tmp_path: Path, rows: pd.DataFrame) -> None:
    path = foreign.write_network(tmp_path / "net.onnx", rows.shape[1])
    with pytest.raises(ImportRefusedError, match=f"is {hash_of(path)}, expected {'a' * 64}"):
        imported(path, sha256="A" * 64)


def test_types_that_skops_does_not_trust_take_permission_and_hash(
    imported: Importing, tmp_path: Path, rows: pd.DataFrame, labels: NDArray[Any]
) -> None:
    path = tmp_path / "m.skops"
    forest = RandomForestClassifier(20, max_depth=2, random_state=0).fit(rows, labels)
    io.dump(forest, path)
    with pytest.raises(ImportRefusedError, match=rf"Tree\n.*--allow-pickle --sha256 {hash_of(path)}"):
        imported(path)
    artifact = imported(path, allow_pickle=True, sha256=hash_of(path))
    assert np.abs(scores_of(artifact, rows) - forest.predict_proba(rows)[:, 1]).max() < TOLERANCE


def test_what_adds_up_to_a_little_more_than_one_is_held_there(
    imported: Importing, tmp_path: Path, rows: pd.DataFrame
) -> None:
    nodes = [helper.make_node("ReduceMax", ["x"], ["largest"], axes=[1])]
    nodes += [
        helper.make_node("Min", ["largest", "most"], ["capped"]),
        helper.make_node("Mul", ["capped", "scale"], ["score"]),
    ]
    shape = ["rows", rows.shape[1]]
    weights = {"most": np.float32(150), "scale": np.float32((1 + 2e-7) / 150)}
    outputs = {"score": (FLOAT, ["rows", 1])}
    path = foreign.write_graph(tmp_path / "m.onnx", nodes, {"x": (FLOAT, shape)}, outputs, weights)
    assert scores_of(imported(path), rows).max() == 1


def test_a_pickle_of_something_else_is_refused(imported: Importing, tmp_path: Path) -> None:
    path = tmp_path / "m.pkl"
    joblib.dump({"weights": [1]}, path)
    with pytest.raises(ImportRefusedError, match="holds a dict; expected a fitted classifier"):
        imported(path, allow_pickle=True, sha256=hash_of(path))


@pytest.mark.parametrize("flavour", ["skops", "sklearn", "onnx", "xgboost", "lightgbm"])
def test_a_folder_of_mlflow_is_imported_by_its_flavour(
    imported: Importing, tmp_path: Path, rows: pd.DataFrame, labels: NDArray[Any], flavour: str
) -> None:
    folder, options = tmp_path / "logged", {}
    if flavour == "skops":
        folder.mkdir()
        io.dump(foreign.fitted(rows, labels), folder / "model.skops")
        described = {
            "flavors": {"sklearn": {"pickled_model": "model.skops", "serialization_format": "skops"}}
        }
        (folder / "MLmodel").write_text(yaml.safe_dump(described), encoding="utf-8")
    elif flavour == "sklearn":
        mlflow.sklearn.save_model(
            foreign.fitted(rows, labels),
            folder,
            serialization_format="cloudpickle",
            signature=infer_signature(rows),
            pip_requirements=[],
        )
        options = {"allow_pickle": True, "sha256": hash_of(folder / "model.pkl")}
    elif flavour == "onnx":
        path = foreign.write_network(tmp_path / "net.onnx", rows.shape[1])
        mlflow.onnx.save_model(onnx.load(str(path)), folder, pip_requirements=[])
    elif flavour == "xgboost":
        import xgboost

        path = foreign.write_xgboost(tmp_path / "x.ubj", rows, labels)
        mlflow.xgboost.save_model(xgboost.Booster(model_file=path), folder, pip_requirements=[])
    else:
        import lightgbm

        path = foreign.write_lightgbm(tmp_path / "m.txt", rows, labels)
        mlflow.lightgbm.save_model(lightgbm.Booster(model_file=path), folder, pip_requirements=[])
    artifact = imported(folder, **options)
    assert artifact.manifest.document["imported"]["kind"] == {"sklearn": "joblib"}.get(flavour, flavour)
    assert len(np.unique(scores_of(artifact, rows))) > 1


def test_an_artifact_is_copied_as_it_is(imported: Importing, artifact: Artifact, tmp_path: Path) -> None:
    copy = imported(artifact.path)
    assert copy.path == tmp_path / "models" / "fraud-test"
    assert copy.manifest == artifact.manifest


def test_an_artifact_with_other_features_is_not(
    imported: Importing, artifact: Artifact, definition: ModelDefinition
) -> None:
    other = replace(definition, features=definition.features[1:])
    with pytest.raises(InvalidFeaturesError, match="extra: amount DOUBLE"):
        imported(artifact.path, definition=other)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"columns": 12}, r"takes x float\[any, 12\]; expected one input of float or double with 15 columns"),
        ({"columns": 15, "batch": 1}, "batches of 1 only; expected any number of rows"),
        ({"columns": 15, "sigmoid": False}, "is no probability: from -"),
    ],
    ids=["columns", "batch", "log-odds"],
)
def test_a_network_of_another_shape_is_refused_with_both_sides(
    imported: Importing, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(SignatureError, match=said):
        imported(foreign.write_network(tmp_path / "net.onnx", **changes))


def test_features_of_other_names_are_refused_with_both_sides(
    imported: Importing, tmp_path: Path, rows: pd.DataFrame, labels: NDArray[Any]
) -> None:
    renamed = rows.rename(columns={"amount": "price"})
    with pytest.raises(SignatureError) as refused:
        imported(foreign.write_xgboost(tmp_path / "m.json", renamed, labels))
    assert "missing: amount" in str(refused.value)
    assert "extra: price" in str(refused.value)


def test_inputs_of_other_types_are_refused_by_name(
    imported: Importing, tmp_path: Path, definition: ModelDefinition
) -> None:
    path = foreign.write_graph(
        tmp_path / "named.onnx",
        [helper.make_node("Cast", ["amount"], ["probability"], to=FLOAT)],
        {name: (LONG, ["rows", 1]) for name in definition.feature_names},
        {"probability": (FLOAT, ["rows", 1])},
    )
    with pytest.raises(SignatureError, match="amount is int64, expected DOUBLE"):
        imported(path)


def test_of_two_outputs_one_has_to_be_named(imported: Importing, tmp_path: Path, rows: pd.DataFrame) -> None:
    columns = rows.shape[1]
    nodes = [
        helper.make_node("ReduceMin", ["x"], ["low"], axes=[1]),
        helper.make_node("ReduceMax", ["x"], ["high"], axes=[1]),
        helper.make_node("Sigmoid", ["low"], ["first"]),
        helper.make_node("Sigmoid", ["high"], ["second"]),
    ]
    outputs = {name: (FLOAT, ["rows", 1]) for name in ("first", "second")}
    path = foreign.write_graph(tmp_path / "two.onnx", nodes, {"x": (FLOAT, ["rows", columns])}, outputs)
    with pytest.raises(SignatureError, match="Choose with --output, one of: first, second"):
        imported(path)
    scores = scores_of(imported(path, output="first"), rows)
    assert np.abs(scores - 1 / (1 + np.exp(-rows.min(axis=1)))).max() < TOLERANCE


def test_three_classes_are_refused(imported: Importing, tmp_path: Path, rows: pd.DataFrame) -> None:
    nodes = [
        helper.make_node("Slice", ["x", "from", "to", "axis"], ["some"]),
        helper.make_node("Softmax", ["some"], ["classes"]),
    ]
    cut = {"from": np.array([0]), "to": np.array([3]), "axis": np.array([1])}
    path = foreign.write_graph(
        tmp_path / "three.onnx",
        nodes,
        {"x": (FLOAT, ["rows", rows.shape[1]])},
        {"classes": (FLOAT, ["rows", 3])},
        cut,
    )
    with pytest.raises(SignatureError, match=r"gives classes float\[any, 3\]; expected one output"):
        imported(path)


def test_a_conversion_that_scores_otherwise_is_refused(
    imported: Importing, tmp_path: Path, frame: pd.DataFrame, definition: ModelDefinition
) -> None:
    """Splits between amounts that are one number in single precision."""
    close = frame.assign(amount=1 + frame["amount"] * 1e-10)
    rows = tmp_path / "close.parquet"
    close.to_parquet(rows)
    path = foreign.write_lightgbm(
        tmp_path / "m.txt", close[definition.feature_names], close["fraud"].to_numpy()
    )
    with pytest.raises(ExportError, match=r"\d+ of 400 rows score up to 0\.\d+ away from lightgbm"):
        imported(path, rows=rows)


def test_a_booster_that_gives_no_probabilities_is_refused(
    imported: Importing, tmp_path: Path, rows: pd.DataFrame, labels: NDArray[Any]
) -> None:
    path = foreign.write_lightgbm(tmp_path / "m.txt", rows, labels, objective="regression")
    with pytest.raises(ImportRefusedError, match="objective 'regression', expected 'binary'"):
        imported(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("m.pt", b"", "Convert it with torch.onnx.export"),
        ("m.keras", b"", "Convert it with tf2onnx.convert.from_keras"),
        ("m.onnx", b"no graph", "is no ONNX model"),
        ("m.json", b"{}", "is no model of XGBoost"),
        ("m.txt", b"no trees", "is no model of LightGBM"),
        ("m.bin", b"", "expected a file that ends in .onnx, .joblib"),
        ("MLmodel", b"flavors: {pytorch: {}}", "has the flavours pytorch, expected one of onnx, sklearn"),
    ],
)
def test_what_can_not_be_read_is_answered_with_what_can(
    imported: Importing, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / name).write_bytes(content)
    with pytest.raises(ImportRefusedError, match=said):
        imported(folder if name == "MLmodel" else folder / name)


def test_a_file_that_is_not_there_is_said_to_be_not_there(imported: Importing, tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="which does not exist"):
        imported(tmp_path / "nothing.onnx")


def test_without_labelled_rows_there_is_nothing_to_judge_by(
    definition: ModelDefinition, tmp_path: Path
) -> None:
    path = foreign.write_network(tmp_path / "net.onnx", 15)
    with pytest.raises(HeadraceError, match="headrace train fraud leaves some, or name a Parquet file"):
        import_model(Import(path, "net.onnx", definition, tmp_path))

"""Whether the training set that is kept in the data folder is the one that a version learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.audit.result import TrainingData
from headrace.errors import HeadraceError
from headrace.models.definition import load_definition
from headrace.training.train import kept_set

if TYPE_CHECKING:
    from pathlib import Path

    from headrace.models.manifest import Manifest


def training_data(manifest: Manifest, data: Path, root: Path) -> TrainingData | None:
    """Compare the fingerprint of the kept training set with that in a manifest.

    Args:
        manifest: of the version.
        data: the data folder, which keeps one set a model: that of the last training.
        root: the suite, whose definition says which columns count.

    Returns:
        What was found; None for a version that was trained elsewhere.
    """
    learned = manifest.document.get("training")
    if learned is None:
        return None
    path = kept_set(data, manifest.model, "training")
    if not path.is_file():
        return TrainingData(path, None, "it is not kept")
    try:
        return TrainingData(path, _fingerprint(path, manifest.model, root) == learned["sha256"])
    except HeadraceError as error:
        return TrainingData(path, None, str(error.args[0]))
    except (OSError, ValueError) as error:  # pyarrow's are both
        return TrainingData(path, None, f"it can not be read: {error}")


def _fingerprint(path: Path, model: str, root: Path) -> str:
    import pandas as pd

    from headrace.models.training_set import TrainingSet

    return TrainingSet(load_definition(root, model), pd.read_parquet(path), "training").fingerprint()
